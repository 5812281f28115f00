// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// Makes a failing scenario smaller as long as it fails of the same cause: fewer faults, shorter ones, less load, fewer nodes, less
/// time, less chance.
///
/// What is tried follows from the scenario alone, and of several tries at once the first that holds counts, so that the result does
/// not depend on how many runs are made at a time. Faults, and everything else that is listed, are minimised by delta
/// debugging, numbers by bisection, and whole parts of the document from the outside in (Misherghi and Su, "HDD: hierarchical delta
/// debugging", 2006).
///
/// A failed expectation is kept only with a tenth of what it was beyond its bound at first (`Excess`): otherwise everything would end
/// at the bound, where chance alone reaches it and no fault is needed any more. A recovery that never came stays one.
public struct Shrinker {
    /// The cause to be kept.
    public let cause: String
    /// Makes runs of some documents; nil: that one is no scenario, or its run says nothing.
    private let makeRuns: ([ScenarioDocument]) throws -> [TestRun?]
    /// Runs made at once.
    private let width: Int
    private let report: (ShrinkState) throws -> Void
    let isOver: () -> Bool

    public private(set) var state: ShrinkState
    /// Of the first run's failure to recover, if there was one.
    private let nature: RecoverySummary.Nature?
    /// By which the first run failed the expectation, if it is about one.
    private let excess: Excess?
    /// Documents that were tried and did not hold.
    private var failed: Set<String> = []

    /// - Parameters:
    ///   - state: the scenario as it is, and its run.
    ///   - width: runs made at once.
    ///   - report: told of each success.
    ///   - isOver: whether to be content with what there is.
    ///   - makeRuns: of some documents, in their order.
    public init(
        _ state: ShrinkState, cause: String, width: Int = 1, report: @escaping (ShrinkState) throws -> Void = { _ in },
        isOver: @escaping () -> Bool = { false },
        makeRuns: @escaping ([ScenarioDocument]) throws -> [TestRun?]
    ) {
        self.state = state
        nature = state.run.recovery
        excess = state.run.excesses[cause]
        self.cause = cause
        self.width = max(1, width)
        self.report = report
        self.isOver = isOver
        self.makeRuns = makeRuns
    }

    /// Shrinks until nothing more can be left out or made less.
    public mutating func shrink() throws {
        var before = ""
        while before != state.document.text, !isOver() {
            before = state.document.text
            try minimise(["expect"], "expectations")
            try orderTies()
            try minimise(["faults"], "faults")
            try leaveOutFaultsOfTies()
            try bringForward()
            try lessen()
            try takeChanceOut()
            try shorten()
            try leaveOut()
        }
    }

    // MARK: Tries

    /// Makes the first of some documents that fails of the same cause the new one.
    ///
    /// - Parameter guarded: each of its faults must be needed and felt as well: what would fail without one of them fails of
    ///   something else, for want of workers or of time, say.
    mutating func take(
        _ candidates: [ScenarioDocument], _ step: String, guarded: Bool = true
    ) throws -> Int? {
        var from = 0
        while from < candidates.count, !isOver() {
            let part = Array(candidates[from..<min(from + width, candidates.count)])
            let runs = try runs(of: part)
            for (place, run) in runs.enumerated() {
                guard let run, fails(run) else { continue }
                guard isOfTheSameNature(run) else {
                    failed.insert(part[place].text)
                    continue
                }
                guard try !guarded || run.inertFaults <= state.run.inertFaults && needsItsFaults(part[place]) else {
                    continue
                }
                (state.document, state.run, state.step) = (part[place], run, step)
                try report(state)
                return from + place
            }
            from += width
        }
        return nil
    }

    /// Runs of those documents that are not known not to fail; nil for the others.
    private mutating func runs(of documents: [ScenarioDocument]) throws -> [TestRun?] {
        let places = documents.indices.filter { !failed.contains(documents[$0].text) }
        var runs = [TestRun?](repeating: nil, count: documents.count)
        for (place, run) in zip(places, try makeRuns(places.map { documents[$0] })) {
            runs[place] = run
            if run == nil { state.rejected += 1 } else { state.runs += 1 }
            if run?.isInterrupted != true, run.map(fails) != true { failed.insert(documents[place].text) }
        }
        return runs
    }

    /// Whether a run fails of the cause, and not by a hair's breadth. What nobody was there to measure is no failure.
    private func fails(_ run: TestRun) -> Bool {
        guard run.causes.contains(cause) else { return false }
        if let excess, let other = run.excesses[cause], !excess.isKept(in: other) { return false }
        let finding = run.problems.compactMap(\.finding).first { $0.causeKey == cause }
        return run.messages > 0 && finding?.notMeasured != true || run.defect != nil
    }

    /// Whether a pipeline that does not recover fails as the first one did: a storm of retries is no overload by other means.
    private func isOfTheSameNature(_ run: TestRun) -> Bool {
        guard cause.hasPrefix("\(RecoverySummary.name): "), let nature else { return true }
        return run.recovery.map(nature.isKept) == true
    }

    /// Whether it would not fail without any one of its faults. Of many faults only whether it would not without all of them.
    private mutating func needsItsFaults(_ document: ScenarioDocument) throws -> Bool {
        let faults = document.keys(at: ["faults"])
        if faults.isEmpty { return true }
        let path = ["faults"]
        let without =
            faults.count > Self.mostGuards
            ? [document.removing(path)] : faults.map { document.removing(path + [$0]) }
        return try !runs(of: without).contains { $0.map(fails) == true }
    }

    /// Faults of which each is looked at.
    private static let mostGuards = 6

    /// The fewest elements of a list or map.
    private mutating func minimise(_ path: ScenarioDocument.Path, _ name: String) throws {
        let keys = state.document.keys(at: path)
        guard !keys.isEmpty else { return }
        let document = state.document
        var shrinker = self
        defer { self = shrinker }
        _ = try DeltaDebugging.minimum(keys) { parts in
            try shrinker.take(parts.map { document.keeping($0, at: path) }, "fewer \(name)", guarded: false)
        }
    }

    // MARK: Ties

    /// Orders of ties that are tried in the place of the failing run's.
    private static let tieOrders = 4

    /// What is due at once comes as it was scheduled, if it fails in that way as well: then no fault remains that only gave the
    /// events another order.
    private mutating func orderTies() throws {
        guard state.document.scalar(at: Self.ties) != nil else { return }
        _ = try take([state.document.removing(Self.ties)], "ties as scheduled", guarded: false)
    }

    /// Where it takes a certain order of ties, a fault may be there for that alone: without it, another order may do.
    private mutating func leaveOutFaultsOfTies() throws {
        for fault in state.document.keys(at: ["faults"]) where !isOver() {
            guard state.document.scalar(at: Self.ties) != nil else { return }
            let without = state.document.removing(["faults", fault])
            let others = (1...Self.tieOrders).map { without.setting(Self.ties, to: "\($0)") }
            _ = try take([without.removing(Self.ties)] + others, "without \(fault), other ties", guarded: false)
        }
    }

    private static let ties: ScenarioDocument.Path = ["ties"]

    // MARK: Numbers

    /// All faults earlier by the same time, and the run shorter by it: what they have to do with one another stays.
    private mutating func bringForward() throws {
        for share in [Int64(1), 2, 4] {
            let quantities = state.document.quantities
            let starts = quantities.filter { $0.path.first == "faults" && $0.path.last == "at" }
            guard let earliest = starts.map(\.value).min(), earliest > 0 else { return }
            let shift = earliest / share / 1_000_000 * 1_000_000
            guard shift > 0 else { return }
            var document = state.document
            for start in starts { document = document.setting(start.path, to: start.text(start.value - shift)) }
            var candidates = [document]
            if let duration = quantities.first(where: { $0.path == ["duration"] }), duration.value > shift + 1_000_000 {
                candidates.insert(document.setting(["duration"], to: duration.text(duration.value - shift)), at: 0)
            }
            if try take(candidates, "faults earlier") != nil { return }
        }
    }

    /// Every quantity to the least with which it holds, as bisection finds it.
    private mutating func lessen() throws {
        for path in state.document.quantities.map(\.path) {
            // The one before may have changed what this one is.
            guard let quantity = state.document.quantities.first(where: { $0.path == path }) else { continue }
            try lessen(quantity)
        }
    }

    private mutating func lessen(_ quantity: ScenarioQuantity) throws {
        let name = quantity.path.joined(separator: ".")
        var (low, high) = (quantity.least, quantity.value)
        guard low < high else { return }
        let document = state.document
        func candidate(_ value: Int64) -> ScenarioDocument { document.setting(quantity.path, to: quantity.text(value)) }
        if try take([candidate(low)], "less \(name)") != nil { return }
        while !isOver() {
            let middle = Self.round(low + (high - low) / 2)
            guard middle > low, middle < high else { return }
            if try take([candidate(middle)], "less \(name)") != nil { high = middle } else { low = middle }
            // A quarter more or less is nothing to a reader.
            if high - low <= high / 4 { return }
        }
    }

    /// To two digits.
    static func round(_ value: Int64) -> Int64 {
        var unit: Int64 = 1
        while value / unit >= 100 { unit *= 10 }
        return value / unit * unit
    }

    // MARK: Chance

    /// Draws are replaced by what they are on average, or by order: arrivals evenly spaced, work that always takes the same time,
    /// ties in the order of scheduling.
    private mutating func takeChanceOut() throws {
        for name in state.document.keys(at: ["workloads"]) {
            let path = ["workloads", name, "arrivals"]
            if state.document.scalar(at: path) != "uniform",
                state.document.scalar(at: ["workloads", name, "population"]) == nil
            {
                _ = try take([state.document.setting(path, to: "uniform")], "even arrivals")
            }
        }
        for path in state.document.paths {
            guard let text = state.document.scalar(at: path), let constant = Self.constant(text) else { continue }
            _ = try take([state.document.setting(path, to: constant)], "\(path.joined(separator: ".")) is constant")
        }
    }

    /// The constant that stands for a distribution: its median or mean.
    static func constant(_ text: String) -> String? {
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first, DistributionReader.names.contains(first), first != "constant" else { return nil }
        for name in ["median", "mean"] {
            if let place = words.firstIndex(of: name), place + 1 < words.count { return "constant \(words[place + 1])" }
        }
        return nil
    }

    // MARK: Parts

    /// Whole parts of the document, from the outside in: sections, what they declare, and what a workload is like. What a policy, a
    /// provider or a fault is like stays: with its defaults it would be another, and fail of something else.
    private mutating func leaveOut() throws {
        for depth in 1...3 {
            let paths = state.document.paths.filter { $0.count == depth && Self.mayGo($0) }
            for path in paths.reversed() where !isOver() {
                _ = try take([state.document.removing(path)], "without \(path.joined(separator: "."))")
            }
        }
    }

    private static func mayGo(_ path: ScenarioDocument.Path) -> Bool {
        switch path.count {
        case 1: !["name", "seed", "duration", "drain", "regression", "expect", "faults"].contains(path[0])
        case 2: !["regression", "expect", "faults", "limits"].contains(path[0])
        // Without it arrivals are drawn again.
        default: path[0] == "workloads" && path[2] != "arrivals"
        }
    }
}
