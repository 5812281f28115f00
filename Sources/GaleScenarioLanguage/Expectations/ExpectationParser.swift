// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Reads one line of `expect:` by the grammar of `ExpectationGrammar`.
package struct ExpectationParser {
    /// A mistake: at which character, what, the nearest valid word, and what to do.
    package struct Mistake: Error {
        package var offset: Int
        var message: String
        var suggestion: String?
        var remedy: String?
        /// The scenario declares no such thing, rather than that there could be none.
        var isOfScenario = false
    }

    /// Declared names in the order of their indices.
    let names: [Entity: [String]]
    /// Stages with a `work` step.
    let workingStages: Set<Int>
    /// A workload is ordered.
    let hasOrder: Bool
    /// A policy has prices.
    let hasPrices: Bool
    private var tokens: [ExpectationToken] = []
    private var position = 0
    private var length = 0

    package init(
        names: [Entity: [String]], workingStages: Set<Int> = [], hasOrder: Bool = false, hasPrices: Bool = false
    ) {
        self.names = names
        self.workingStages = workingStages
        self.hasOrder = hasOrder
        self.hasPrices = hasPrices
    }

    package mutating func parse(_ text: String) throws(Mistake) -> Expectation.Condition {
        if text.utf8.count > 1_000 { throw Mistake(offset: 0, message: "an expectation has at most 1000 bytes") }
        tokens = ExpectationToken.tokens(of: text)
        position = 0
        length = text.unicodeScalars.count
        if tokens.isEmpty { throw Mistake(offset: 0, message: "expected \(Kind.expectation.expected), found nothing") }
        let condition = peek == "within" ? try recovery() : try condition()
        if let extra = token {
            throw Mistake(
                offset: extra.offset, message: "expected the end of the expectation, found '\(extra.text.shortened)'",
                remedy: extra.text == "and" ? "write each condition as an item of its own" : nil)
        }
        return condition
    }

    // MARK: Sentences

    private mutating func recovery() throws(Mistake) -> Expectation.Condition {
        try expect("within")
        let within = try duration(at: try word("a duration, such as 2min"))
        try expect("after")
        let fault = try fault()
        try expect(":")
        var clauses = [try comparison()]
        try checkWhole(clauses[0], tokens[position - 1])
        while peek == "and" {
            position += 1
            clauses.append(try comparison())
            try checkWhole(clauses[clauses.count - 1], tokens[position - 1])
        }
        return .recovery(within: within, fault: fault, clauses)
    }

    private mutating func condition() throws(Mistake) -> Expectation.Condition {
        let comparison = try comparison()
        guard let word = token, word.text != "and" else { return .comparison(comparison, .all) }
        try checkWhole(comparison, word)
        position += 1
        switch word.text {
        case "before": return .comparison(comparison, .before(fault: try fault()))
        case "during": return .comparison(comparison, .during(fault: try fault()))
        case "after": return .comparison(comparison, .after(fault: try fault()))
        default:
            throw Mistake(
                offset: word.offset, message: "expected 'before', 'during' or 'after', found '\(word.text.shortened)'",
                suggestion: NearestName.of(word.text, among: ["before", "during", "after"]))
        }
    }

    /// What is counted over the whole run only has no part before or after anything.
    private func checkWhole(_ comparison: Expectation.Comparison, _ word: ExpectationToken) throws(Mistake) {
        let name: String
        switch comparison.metric {
        case .jobs(let entry, _): name = entry.rawValue
        case .misordered: name = "misordered"
        case .spent: name = "spent"
        default: return
        }
        throw Mistake(offset: word.offset, message: "'\(name)' is counted over the whole run")
    }

    private mutating func fault() throws(Mistake) -> Int { try name(of: .fault, try word("the name of a fault")) }

    private mutating func comparison() throws(Mistake) -> Expectation.Comparison {
        let metric = try metric()
        let sign = try word("a comparison (<, <=, =, >=, >)")
        guard let comparator = Expectation.Comparator(rawValue: sign.text) else {
            throw Mistake(
                offset: sign.offset, message: "expected a comparison (<, <=, =, >=, >), found '\(sign.text.shortened)'",
                suggestion: ["==": "=", "=<": "<=", "=>": ">="][sign.text])
        }
        let token = try word("a bound")
        let bound = try bound(of: metric, token)
        if comparator == .less, bound.isZero {
            throw Mistake(
                offset: token.offset, message: "nothing is below 0, so this can never hold", suggestion: "= 0")
        }
        let comparison = Expectation.Comparison(metric: metric, comparator: comparator, bound: bound)
        try checkOpen(comparison, token)
        return comparison
    }

    /// A comparison that no run can decide says nothing.
    private func checkOpen(_ comparison: Expectation.Comparison, _ token: ExpectationToken) throws(Mistake) {
        guard let always = comparison.foregone else { return }
        let isZero = comparison.bound.isZero
        throw Mistake(
            offset: token.offset,
            message: (isZero ? "nothing is below 0" : "a share is never above 100%")
                + ", so this can never \(always ? "fail" : "hold")",
            remedy: isZero ? "for at least one write > 0" : "a share below 100%, such as 0.1%; or a count, such as 10k")
    }

    // MARK: Metrics

    private mutating func metric() throws(Mistake) -> Expectation.Metric {
        let word = try word("a metric, such as 'lost' or 'p99(latency)'")
        if peek == "(" { return try function(word) }
        switch word.text {
        case "amplification": return .amplification
        case "throughput": return .throughput
        case "misordered":
            if hasOrder { return .misordered }
            throw Mistake(
                offset: word.offset, message: "no workload is ordered", remedy: "write `ordered: true` in a workload",
                isOfScenario: true)
        case "attempts": return .attempts(provider: nil)
        case "spent":
            try checkPrices(word)
            return .spent(provider: nil)
        default: return try entry(word)
        }
    }

    private func checkPrices(_ word: ExpectationToken) throws(Mistake) {
        if hasPrices { return }
        throw Mistake(
            offset: word.offset, message: "no policy has prices",
            remedy: "write `prices: {PROVIDER: 0.01}` in a policy",
            isOfScenario: true
        )
    }

    private func entry(_ word: ExpectationToken) throws(Mistake) -> Expectation.Metric {
        let parts = word.text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let entry = Expectation.LedgerEntry(rawValue: parts.last ?? "") else {
            let latency = parts.last == "latency"
            throw Mistake(
                offset: word.offset + (parts.count == 2 ? parts[0].unicodeScalars.count + 1 : 0),
                message: "unknown metric '\((parts.last ?? "").shortened)'",
                suggestion: latency
                    ? "p99(\(word.text))" : NearestName.of(parts.last ?? "", among: ExpectationGrammar.metricNames),
                remedy: "valid here: \(ExpectationGrammar.entries.joined(separator: ", ")), amplification, throughput, "
                    + "attempts, misordered, spent, p99(latency), mean(latency), max(latency), errors(PROVIDER), backlog(TOPIC)"
            )
        }
        if parts.count == 1 { return .count(entry, .all) }
        guard let channel = Channel.allCases.first(where: { $0.name == parts[0] }) else {
            throw unknown("channel", parts[0], among: Tables.channelNames, at: word.offset)
        }
        return .count(entry, .channel(Int(channel.rawValue)))
    }

    private mutating func function(_ function: ExpectationToken) throws(Mistake) -> Expectation.Metric {
        position += 1
        let argument = try word("an argument")
        let metric: Expectation.Metric
        switch function.text {
        case "attempts": metric = .attempts(provider: try name(of: .provider, argument))
        case "spent":
            try checkPrices(function)
            metric = .spent(provider: try name(of: .provider, argument))
        case "errors": metric = .errors(provider: try name(of: .provider, argument))
        case "backlog": metric = .backlog(topic: try name(of: .topic, argument))
        case "mean": metric = .mean(try subject(argument))
        case "max": metric = .maximum(try subject(argument))
        case let word where Expectation.JobEntry(rawValue: word) != nil:
            metric = .jobs(Expectation.JobEntry(rawValue: word) ?? .leases, stage: try workingStage(argument))
        default:
            guard let quantile = Self.quantile(function.text) else {
                throw Mistake(
                    offset: function.offset, message: "unknown metric '\(function.text.shortened)(…)'",
                    suggestion: NearestName.of(
                        function.text, among: ExpectationGrammar.functions + ExpectationGrammar.percentileExamples),
                    remedy:
                        "valid here: p50, p99, p99.9, mean, max (of a latency); attempts, errors, spent (of a provider); "
                        + "backlog (of a topic); leases, leases-lost, fenced, refused (of a stage that works)")
            }
            metric = .quantile(quantile, try subject(argument))
        }
        try expect(")")
        return metric
    }

    /// `p99` is 0.99, `p99.9` and `p999` are 0.999; nil: no percentile.
    static func quantile(_ text: String) -> Double? {
        guard text.first == "p" else { return nil }
        let number = text.dropFirst()
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), number.utf8.count <= 9,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        let digits: String
        if parts.count == 2 {
            guard parts[0].utf8.count <= 2 else { return nil }
            digits = (parts[0].utf8.count == 1 ? "0" : "") + parts[0] + parts[1]
        } else {
            // Past two digits the rest are decimals; only nines are read so (p999), as p100 would mean something else.
            guard parts[0].utf8.count <= 2 || parts[0].hasPrefix("99") else { return nil }
            digits = (parts[0].utf8.count == 1 ? "0" : "") + parts[0]
        }
        guard let value = Double("0." + digits), value > 0 else { return nil }
        return value
    }

    private func workingStage(_ word: ExpectationToken) throws(Mistake) -> Int {
        let stage = try name(of: .stage, word)
        if workingStages.contains(stage) { return stage }
        throw Mistake(
            offset: word.offset, message: "stage '\(word.text.shortened)' has no 'work' step",
            isOfScenario: true)
    }

    private func subject(_ word: ExpectationToken) throws(Mistake) -> Expectation.LatencySubject {
        if word.text == "latency" { return .all }
        guard word.text.hasSuffix(".latency") else {
            throw Mistake(
                offset: word.offset, message: "expected a latency, found '\(word.text.shortened)'",
                suggestion: NearestName.of(word.text, among: ["latency"] + subjects.map { $0 + ".latency" }),
                remedy: "valid here: latency, CHANNEL.latency, STAGE.latency, PROVIDER.latency")
        }
        let name = String(word.text.dropLast(8))
        if let channel = Channel.allCases.first(where: { $0.name == name }) { return .channel(Int(channel.rawValue)) }
        let stage = names[.stage]?.firstIndex(of: name)
        let provider = names[.provider]?.firstIndex(of: name)
        switch (stage, provider) {
        case (let stage?, nil): return .stage(stage)
        case (nil, let provider?): return .provider(provider)
        case (_?, _?):
            throw Mistake(
                offset: word.offset, message: "'\(name)' is both a stage and a provider", remedy: "rename one of them")
        case (nil, nil): throw unknown("channel, stage or provider", name, among: subjects, at: word.offset)
        }
    }

    private var subjects: [String] { Tables.channelNames + (names[.stage] ?? []) + (names[.provider] ?? []) }

    // MARK: Bounds

    private func bound(of metric: Expectation.Metric, _ word: ExpectationToken) throws(Mistake) -> Expectation.Bound {
        switch metric {
        case .count:
            if word.text.hasSuffix("%") { return .share(try share(word)) }
            return .count(try quantity(word, .integer(0...Int64.max), Quantity.count))
        case .errors: return .share(try share(word))
        case .amplification, .spent: return .ratio(try number(word))
        case .attempts, .backlog, .jobs, .misordered:
            return .count(try quantity(word, .integer(0...Int64.max), Quantity.count))
        case .quantile, .mean, .maximum: return .interval(try duration(at: word))
        case .throughput: return .ratio(Double(try quantity(word, .anyRate, Quantity.rate)) / 1e6)
        }
    }

    private func duration(at word: ExpectationToken) throws(Mistake) -> Interval {
        Interval(nanoseconds: try quantity(word, .anyDuration, Quantity.duration))
    }

    private func share(_ word: ExpectationToken) throws(Mistake) -> Double {
        Double(try quantity(word, .anyShare, Quantity.share)) / 1e6
    }

    private func quantity(
        _ word: ExpectationToken, _ kind: Kind, _ read: (String) throws(Quantity.Problem) -> Int64
    ) throws(Mistake) -> Int64 {
        do throws(Quantity.Problem) { return try read(word.text) } catch { throw unreadable(error, word, kind) }
    }

    private func number(_ word: ExpectationToken) throws(Mistake) -> Double {
        let text = word.text.hasSuffix("x") ? String(word.text.dropLast()) : word.text
        do throws(Quantity.Problem) { return try Quantity.number(text) } catch {
            throw unreadable(error, word, .decimal(0...1))
        }
    }

    private func unreadable(_ problem: Quantity.Problem, _ word: ExpectationToken, _ kind: Kind) -> Mistake {
        let words = QuantityMessage.text(problem, found: word.text, kind: kind)
        return Mistake(offset: word.offset, message: words.message, suggestion: words.suggestion)
    }

    // MARK: Words

    private var token: ExpectationToken? { position < tokens.count ? tokens[position] : nil }
    private var peek: String? { token?.text }

    private mutating func word(_ expected: String) throws(Mistake) -> ExpectationToken {
        guard let token else { throw Mistake(offset: length, message: "expected \(expected), found the end") }
        position += 1
        return token
    }

    private mutating func expect(_ text: String) throws(Mistake) {
        let token = try word("'\(text)'")
        if token.text == text { return }
        throw Mistake(
            offset: token.offset, message: "expected '\(text)', found '\(token.text.shortened)'",
            suggestion: NearestName.of(token.text, among: [text]))
    }

    private func name(of entity: Entity, _ word: ExpectationToken) throws(Mistake) -> Int {
        let declared = names[entity] ?? []
        if let index = declared.firstIndex(of: word.text) { return index }
        throw unknown(entity.rawValue, word.text, among: declared, at: word.offset)
    }

    private func unknown(_ what: String, _ name: String, among valid: [String], at offset: Int) -> Mistake {
        let shown = valid.prefix(40).joined(separator: ", ")
        return Mistake(
            offset: offset, message: "unknown \(what) '\(name.shortened)'",
            suggestion: NearestName.of(name, among: valid),
            remedy: valid.isEmpty ? "the scenario declares none" : "valid here: \(shown)", isOfScenario: valid.isEmpty)
    }
}

extension Expectation.Bound {
    var isZero: Bool {
        switch self {
        case .count(let count): count == 0
        case .share(let share): share == 0
        case .interval(let interval): interval.nanoseconds == 0
        case .ratio(let ratio): ratio == 0
        }
    }
}
