// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// Reads `explore:`; without it, or without a path in it, takes ranges around the scenario's own values.
struct ExplorationReader {
    let scenario: Tree
    let duration: Interval
    let diagnostics: Diagnostics

    func read() -> Exploration {
        var exploration = Exploration(duration: duration)
        for entry in scenario["explore"]?.entries ?? [] {
            if entry.key.contains(".") || Exploration.sections.contains(entry.key) {
                if let range = range(entry) { exploration.ranges.append(range) }
            } else {
                read(entry, into: &exploration)
            }
        }
        settleTimes(&exploration)
        if exploration.ranges.isEmpty { exploration.ranges = ExplorationDefaults(scenario: scenario).ranges }
        return exploration
    }

    /// Faults need some of the load for themselves. What is not said leaves it to them.
    private func settleTimes(_ exploration: inout Exploration) {
        func said(_ key: String) -> Tree.Entry? { (scenario["explore"]?.entries ?? []).first { $0.key == key } }
        let (warmUp, calm) = (said("warm-up"), said("calm"))
        let free = duration.nanoseconds - Self.leastForFaults.nanoseconds
        func half(of rest: Int64) -> Interval { .milliseconds(max(0, rest / 2_000_000)) }
        if warmUp == nil, exploration.warmUp.nanoseconds + exploration.calm.nanoseconds > free {
            exploration.warmUp = half(of: free - exploration.calm.nanoseconds)
        } else if calm == nil, exploration.warmUp.nanoseconds + exploration.calm.nanoseconds > free {
            exploration.calm = half(of: free - exploration.warmUp.nanoseconds)
        }
        guard exploration.faults.upperBound > 0, exploration.warmUp.nanoseconds + exploration.calm.nanoseconds > free,
            let place = (calm ?? warmUp)?.value.place
        else { return }
        diagnostics.error(
            "'warm-up' (\(QuantityText.duration(exploration.warmUp.nanoseconds))) and 'calm' "
                + "(\(QuantityText.duration(exploration.calm.nanoseconds))) leave no time of a load of "
                + "\(QuantityText.duration(duration.nanoseconds)) for faults; "
                + "shorten them, lengthen 'duration', or say 'faults: 0'", at: place)
    }

    private static let leastForFaults = Interval.milliseconds(200)

    private func read(_ entry: Tree.Entry, into exploration: inout Exploration) {
        switch entry.key {
        case "faults":
            guard let range = counts(entry.value) else {
                return wrong(entry, "a number of faults, such as 5 or 2..8, 50 at most")
            }
            exploration.faults = range
        case "without": exploration.without = families(entry)
        case "warm-up":
            guard let time = time(entry) else { return }
            exploration.warmUp = time
        case "calm":
            guard let time = time(entry) else { return }
            exploration.calm = time
        case "ties":
            guard let flag = entry.value.scalar.flatMap({ ["true": true, "false": false][$0] }) else {
                return wrong(entry, "true or false")
            }
            exploration.shufflesTies = flag
        case "expect":
            if case .list = entry.value.content { return }
            wrong(entry, "a list of expectations")
        default:
            diagnostics.unknown(
                "key", entry.key, among: Exploration.settings.map(\.name), in: "'explore'", at: entry.place,
                remedy: "valid here: \(Exploration.settings.map(\.name).joined(separator: ", ")), and paths such as "
                    + "stages.sender.replicas")
        }
    }

    /// A part of the load.
    private func time(_ entry: Tree.Entry) -> Interval? {
        let value = entry.value.scalar.flatMap(QuantityForm.duration.value)
        guard let value, value <= duration.nanoseconds else {
            wrong(entry, "a duration no longer than the load, such as 20s")
            return nil
        }
        return Interval(nanoseconds: value)
    }

    private func wrong(_ entry: Tree.Entry, _ expected: String) {
        diagnostics.error(
            "'\(entry.key)' of 'explore': found \(entry.value.kindName), expected \(expected)", at: entry.value.place)
    }

    private func counts(_ tree: Tree) -> ClosedRange<Int>? {
        guard let text = tree.scalar else { return nil }
        let ends = Self.ends(of: text) ?? [text, text]
        guard let low = QuantityForm.count.value(ends[0]), let high = QuantityForm.count.value(ends[1]), low <= high,
            high <= 50
        else { return nil }
        return Int(low)...Int(high)
    }

    private func families(_ entry: Tree.Entry) -> [FaultKind.Family] {
        let trees: [Tree]
        if case .list(let list) = entry.value.content { trees = list } else { trees = [entry.value] }
        return trees.compactMap { tree in
            let name = tree.scalar ?? ""
            if let family = FaultKind.Family(rawValue: name) { return family }
            diagnostics.unknown(
                "family of faults", name, among: FaultKind.Family.allCases.map(\.rawValue), at: tree.place)
            return nil
        }
    }

    // MARK: Ranges

    private func range(_ entry: Tree.Entry) -> ExplorationRange? {
        guard let path = TreePath(entry.key, at: entry.place, diagnostics: diagnostics) else { return nil }
        let section = String(entry.key.prefix { $0 != "." })
        guard Exploration.sections.contains(section) else {
            diagnostics.unknown(
                "section", section, among: Exploration.sections, in: "'explore'", at: entry.place)
            return nil
        }
        guard path.isDeclared(in: scenario, removing: false, diagnostics) else { return nil }
        switch entry.value.content {
        case .list(let trees):
            if trees.isEmpty { diagnostics.error("'\(entry.key)': nothing to choose from", at: entry.value.place) }
            return trees.isEmpty ? nil : range(entry, .choices(trees))
        case .scalar(let text):
            guard let ends = Self.ends(of: text) else {
                return range(entry, .choices([entry.value]))
            }
            return quantity(entry, ends)
        default: return range(entry, .choices([entry.value]))
        }
    }

    private func range(_ entry: Tree.Entry, _ values: ExplorationRange.Values) -> ExplorationRange {
        ExplorationRange(path: entry.key, values: values, place: entry.value.place)
    }

    private func quantity(_ entry: Tree.Entry, _ ends: [String]) -> ExplorationRange? {
        for form in QuantityForm.allCases {
            guard let low = form.value(ends[0]), let high = form.value(ends[1]) else { continue }
            guard low <= high else { return descending(entry, ends) }
            return range(entry, .quantity(low...high, form))
        }
        // A share without its sign reads as one of a plain number.
        if let low = try? Quantity.factor(ends[0]), let high = try? Quantity.factor(ends[1]) {
            guard low <= high else { return descending(entry, ends) }
            return range(entry, .decimal(low...high))
        }
        diagnostics.error(
            "'\(entry.key)': '\(ends[0])' and '\(ends[1])' are not two quantities of one kind", at: entry.value.place,
            remedy: "write a range such as 2..12, 500/s..2k/s, 10%..50% or 10ms..1s, or a list of values")
        return nil
    }

    private func descending(_ entry: Tree.Entry, _ ends: [String]) -> ExplorationRange? {
        diagnostics.error(
            "'\(entry.key)': \(ends[0]) is more than \(ends[1])", at: entry.value.place,
            remedy: "write \(ends[1])..\(ends[0])")
        return nil
    }

    /// The two ends of `2..12`.
    static func ends(of text: String) -> [String]? {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count > 3 else { return nil }
        for place in 1..<(scalars.count - 2) where scalars[place] == "." && scalars[place + 1] == "." {
            func part(_ range: some Sequence<Unicode.Scalar>) -> String {
                String(String.UnicodeScalarView(range)).split(separator: " ").joined(separator: " ")
            }
            return [part(scalars[..<place]), part(scalars[(place + 2)...])]
        }
        return nil
    }
}
