// SPDX-License-Identifier: Apache-2.0

extension Mutator {
    // MARK: Changes after which a scenario may still be one

    mutating func changeMildly(_ value: inout YAMLValue) {
        switch draws.below(13) {
        case 0, 1: rescale(&value)
        case 2, 10, 11, 12: setToBoundary(&value)
        case 3, 4: exchangeForSameKey(&value)
        case 5: addSibling(&value)
        case 6: removeEntry(&value)
        case 7: addFault(&value)
        case 8: addExpectation(&value)
        default: exchangeDistribution(&value)
        }
    }

    private mutating func pickLocation(_ value: YAMLValue, where fits: (YAMLValue) -> Bool) -> YAMLValue.Location? {
        let found = value.locations.filter { fits(value.value(at: $0.path[...])) }
        return found.isEmpty ? nil : draws.pick(found)
    }

    private static func number(_ value: YAMLValue) -> (Double, unit: String)? {
        guard case .scalar(let text) = value else { return nil }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits) else { return nil }
        return (number, String(text.dropFirst(digits.count)))
    }

    private mutating func rescale(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { Self.number($0) != nil }) else { return }
        let factor = draws.pick([0, 0.001, 0.1, 0.1, 0.5, 0.5, 0.9, 1.1, 2, 2, 5, 10, 10, 100, 1_000, 1_000_000])
        value.modify(location.path[...]) { scalar in
            guard let (number, unit) = Self.number(scalar) else { return }
            let scaled = number * factor
            let whole = scaled.rounded(.up)
            let text = whole < 1e15 && (scaled == whole || factor > 1) ? "\(Int64(whole))" : "\(scaled)"
            scalar = .scalar(text + unit)
        }
    }

    /// The ends of what is accepted for a quantity of this unit.
    private mutating func setToBoundary(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { Self.number($0) != nil }) else { return }
        guard case (_, let unit)? = Self.number(value.value(at: location.path[...])) else { return }
        let text: String =
            switch unit {
            case "ns", "us", "ms", "s", "min", "h", "d": draws.pick(["0s", "1ns", "1us", "1s", "1h", "365d"])
            case "%": draws.pick(["0%", "0.0001%", "1%", "50%", "99.9999%", "100%", "1000%"])
            case "x": draws.pick(["0.000001x", "1x", "1000000x"])
            case "/s", "k/s", "M/s", "G/s", "/min", "k/min", "M/min", "/h", "k/h", "M/h":
                draws.pick(["0/s", "0.000001/s", "1/h", "1/s", "1k/s", "1M/s", "1G/s"])
            case "B", "KiB", "MiB", "GiB", "kB", "MB", "GB": draws.pick(["0B", "1B", "1MiB", "1GiB", "1024GiB"])
            default:
                draws.pick([
                    "0", "1", "2", "5", "100", "1000", "10000", "100k", "1M", "10M", "1G", "1000G", "0.5", "500", "429",
                ])
            }
        value.modify(location.path[...]) { $0 = .scalar(text) }
    }

    /// A value that stands under the same key elsewhere.
    private mutating func exchangeForSameKey(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { _ in true }), let donors = corpus.donors[location.key] else {
            return
        }
        var donor = draws.pick(donors)
        // A name is mostly one that this scenario declares.
        if let section = Self.sections[location.key], draws.chance(percent: 80), case .scalar = donor {
            guard case .map(let declared)? = value[section], !declared.isEmpty else { return }
            donor = .scalar(draws.pick(declared).key)
        }
        value.modify(location.path[...]) { $0 = donor }
    }

    private static let sections = [
        "into": "topics", "reads": "topics", "to": "topics", "emit": "topics", "retry-topic": "topics",
        "broker": "brokers",
        "store": "stores", "call": "stores", "link": "links", "policy": "policies", "deliver": "policies",
        "provider": "providers", "stage": "stages", "push": "providers", "email": "providers", "sms": "providers",
        "ios": "providers", "android": "providers",
    ]

    /// Another entry from a map that stands under the same key elsewhere.
    private mutating func addSibling(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { $0.isMap }), let donors = corpus.siblings[location.key],
            !donors.isEmpty
        else { return }
        let donor = draws.pick(donors)
        value.modify(location.path[...]) { map in
            guard case .map(var entries) = map else { return }
            entries.removeAll { $0.key == donor.key }
            entries.append(donor)
            map = .map(entries)
        }
    }

    private mutating func removeEntry(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { $0.count > 0 }) else { return }
        let place = draws.below(value.value(at: location.path[...]).count)
        value.modify(location.path[...]) { $0.remove(at: place) }
    }

    private mutating func addFault(_ value: inout YAMLValue) {
        let target = draws.pick(["provider", "store", "link", "broker", "stage"])
        guard case .map(let declared)? = value[target + "s"], !declared.isEmpty else { return }
        var fault = [
            YAMLValue.Entry(key: "at", value: .scalar("\(draws.below(70))s")),
            YAMLValue.Entry(key: "for", value: .scalar(draws.pick(["1ns", "1ms", "1s", "20s", "1min"]))),
            YAMLValue.Entry(key: target, value: .scalar(draws.pick(declared).key)),
        ]
        switch target {
        case "broker": fault.append(YAMLValue.Entry(key: "node", value: .scalar("\(draws.below(4))")))
        case "stage": fault.append(YAMLValue.Entry(key: "replicas", value: .scalar(draws.pick(["all", "1", "2"]))))
        case "link": fault.append(YAMLValue.Entry(key: "loss", value: .scalar("\(draws.below(101))%")))
        default:
            let (key, effect) = draws.pick([
                ("capacity", "0%"), ("capacity", "1%"), ("errors", "100%"), ("latency", "1000x"), ("latency", "0.001x"),
                ("blackout", "true"),
            ])
            fault.append(YAMLValue.Entry(key: key, value: .scalar(effect)))
        }
        let entry = YAMLValue.Entry(key: "fault\(draws.below(100))", value: .map(fault))
        value.append(entry, toMapAt: "faults")
    }

    private mutating func addExpectation(_ value: inout YAMLValue) {
        let line = YAMLValue.scalar(expectation(value))
        guard case .map(var entries) = value else { return }
        if let place = entries.firstIndex(where: { $0.key == "expect" }), case .list(let lines) = entries[place].value {
            entries[place].value = .list(lines + [line])
        } else {
            entries.append(YAMLValue.Entry(key: "expect", value: .list([line])))
        }
        value = .map(entries)
    }

    mutating func expectation(_ value: YAMLValue) -> String {
        func names(_ section: String) -> [String] {
            if case .map(let entries)? = value[section] { return entries.map(\.key) }
            return []
        }
        let subjects = ["", "push.", "email."] + (names("stages") + names("providers")).map { $0 + "." }
        let metric: String
        switch draws.below(4) {
        case 0: metric = draws.pick(OddText.metrics) + "(" + draws.pick(subjects) + "latency)"
        case 1: metric = draws.pick(["", "push.", "sms."]) + draws.pick(OddText.metrics)
        case 2: metric = "backlog(" + draws.pick(names("topics") + ["x"]) + ")"
        default: metric = draws.pick(OddText.metrics) + "(" + draws.pick(names("providers") + [""]) + ")"
        }
        let isSane = draws.chance(percent: 75)
        let bound =
            isSane ? draws.pick(["0", "1", "10k", "0%", "1%", "100%", "1ms", "1s", "1h", "1.5", "5/s"]) : oddQuantity()
        let comparison =
            metric + " " + (isSane ? draws.pick(["<", "<=", "=", ">=", ">"]) : draws.pick(OddText.signs)) + " " + bound
        let fault = draws.pick(names("faults") + ["nothing"])
        switch draws.below(4) {
        case 0: return comparison + draws.pick([" before ", " during ", " after "]) + fault
        case 1:
            let within =
                isSane ? draws.pick(["1ns", "1s", "10s", "5min", "365d", "106751d", "9223372036s"]) : oddQuantity()
            return "within \(within) after \(fault): \(comparison)"
        default: return comparison
        }
    }

    private mutating func exchangeDistribution(_ value: inout YAMLValue) {
        let keys: Set<String> = ["compute", "latency", "size", "append", "replication"]
        let found = value.locations.filter { keys.contains($0.key) }
        if found.isEmpty { return }
        let text = distribution()
        value.modify(draws.pick(found).path[...]) { $0 = .scalar(text) }
    }

    mutating func distribution() -> String {
        let sane = draws.chance(percent: 60)
        func quantity(_ draws: inout Draws) -> String {
            if sane {
                return draws.pick(["0s", "1ns", "1us", "1ms", "10ms", "1s", "1min", "1h", "365d", "1KiB", "1GiB"])
            }
            return draws.pick(OddText.numbers) + draws.pick(OddText.units)
        }
        func number(_ draws: inout Draws) -> String {
            sane
                ? draws.pick(["0.01", "0.05", "0.1", "0.5", "1", "1.1", "2", "20", "100", "1000"])
                : draws.pick(OddText.numbers)
        }
        let (a, b) = (quantity(&draws), quantity(&draws))
        switch draws.below(12) {
        case 0: return "constant " + a
        case 1: return "uniform " + a + ".." + b
        case 2: return "exponential mean " + a
        case 3: return "lognormal median \(a) p99 \(b)"
        case 4: return "lognormal median \(a) sigma " + number(&draws)
        case 5: return "gamma mean \(a) cv " + number(&draws)
        case 6: return "erlang shape \(number(&draws)) mean " + a
        case 7: return "weibull shape \(number(&draws)) scale " + a
        case 8: return "pareto min \(a) alpha " + number(&draws)
        case 9: return "hyperexponential mean \(a) cv " + number(&draws)
        case 10:
            return "empirical " + draws.pick(["values.csv", "missing.csv", "../x.csv", "/dev/zero", "profiles", "."])
        default:
            return (0...draws.below(6)).map { _ in
                draws.pick(OddText.distributions + OddText.parameters + OddText.numbers)
            }.joined(separator: " ")
        }
    }

    mutating func oddQuantity() -> String {
        switch draws.below(4) {
        case 0: draws.pick(OddText.scalars)
        case 1: "\(draws.below(1_000))" + draws.pick(OddText.units)
        default: draws.pick(OddText.numbers) + draws.pick(OddText.units)
        }
    }

    // MARK: Damage

    mutating func damage(_ value: inout YAMLValue) {
        let all = value.locations
        guard !all.isEmpty else { return }
        let location = draws.pick(all)
        let path = location.path[...]
        switch draws.below(12) {
        case 0:
            let text = oddQuantity()
            value.modify(path) { $0 = .scalar(text) }
        case 1:
            let (number, unit) = (draws.pick(OddText.numbers), draws.pick(OddText.units))
            value.modify(path) { old in old = .scalar(number + (Self.number(old)?.unit ?? unit)) }
        case 2:
            let unit = draws.pick(OddText.units)
            value.modify(path) { old in
                if let (number, _) = Self.number(old) { old = .scalar("\(number)" + unit) }
            }
        case 3:
            let text = draws.pick(OddText.raw)
            value.modify(path) { $0 = .raw(text) }
        case 4, 5:
            let other = value.value(at: draws.pick(all).path[...])
            value.modify(path) { $0 = other }
        case 6:
            let donors = corpus.donors[draws.pick(corpus.keys)] ?? []
            let donor = draws.pick(donors)
            value.modify(path) { $0 = donor }
        case 7: renameKey(&value)
        case 8: repeatEntry(&value)
        case 9:
            let depth = draws.pick([1, 2, 10, 100])
            let isMap = draws.chance(percent: 50)
            value.modify(path) { old in
                for _ in 0..<depth { old = isMap ? .map([YAMLValue.Entry(key: "a", value: old)]) : .list([old]) }
            }
        case 10: exchangeSection(&value)
        // Twice multiplied would be more than fits in memory.
        default: if all.count < 1_000 { multiply(&value) }
        }
    }

    private mutating func renameKey(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { $0.isMap && $0.count > 0 }) else { return }
        let place = draws.below(value.value(at: location.path[...]).count)
        let name = draws.chance(percent: 70) ? draws.pick(corpus.keys) : draws.pick(OddText.scalars)
        value.modify(location.path[...]) { map in
            guard case .map(var entries) = map else { return }
            entries[place].key = name
            map = .map(entries)
        }
    }

    private mutating func repeatEntry(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { $0.count > 0 }) else { return }
        let place = draws.below(value.value(at: location.path[...]).count)
        let suffix = draws.pick(["", "2", "-b"])
        value.modify(location.path[...]) { old in
            switch old {
            case .list(let values): old = .list(values + [values[place]])
            case .map(let entries):
                old = .map(
                    entries + [YAMLValue.Entry(key: entries[place].key + suffix, value: entries[place].value)])
            case .scalar, .raw: return
            }
        }
    }

    /// Many entries where there was one.
    private mutating func multiply(_ value: inout YAMLValue) {
        guard let location = pickLocation(value, where: { $0.count > 0 }) else { return }
        let times = draws.pick([5, 50, 300])
        value.modify(location.path[...]) { old in
            switch old {
            case .list(let values): old = .list((0..<times).flatMap { _ in values.prefix(3) })
            case .map(let entries):
                let copies = (0..<times).map { YAMLValue.Entry(key: "\(entries[0].key)\($0)", value: entries[0].value) }
                old = .map(entries + copies)
            case .scalar, .raw: return
            }
        }
    }

    /// A whole section of another scenario.
    private mutating func exchangeSection(_ value: inout YAMLValue) {
        guard case .map(let entries) = draws.pick(corpus.scenarios).value, !entries.isEmpty else { return }
        let donor = draws.pick(entries)
        guard case .map(var own) = value else { return }
        own.removeAll { $0.key == donor.key }
        own.append(donor)
        value = .map(own)
    }
}

extension YAMLValue {
    fileprivate var isMap: Bool {
        if case .map = self { return true }
        return false
    }

    fileprivate var count: Int {
        switch self {
        case .list(let values): values.count
        case .map(let entries): entries.count
        case .scalar, .raw: 0
        }
    }

    fileprivate mutating func remove(at place: Int) {
        switch self {
        case .list(var values):
            values.remove(at: place)
            self = .list(values)
        case .map(var entries):
            entries.remove(at: place)
            self = .map(entries)
        case .scalar, .raw: return
        }
    }

    fileprivate mutating func append(_ entry: Entry, toMapAt key: String) {
        guard case .map(var entries) = self else { return }
        if let place = entries.firstIndex(where: { $0.key == key }), case .map(let old) = entries[place].value {
            entries[place].value = .map(old + [entry])
        } else {
            entries.append(Entry(key: key, value: .map([entry])))
        }
        self = .map(entries)
    }
}
