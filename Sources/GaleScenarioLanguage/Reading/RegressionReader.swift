// SPDX-License-Identifier: Apache-2.0
import GaleModels

/// Reads `regression:`. A cause that no run can have would never be found, and so would always look mended.
struct RegressionReader {
    /// Of the scenario, those that it does not write itself included.
    let expectations: [Expectation]
    let world: WorldSpecification
    let diagnostics: Diagnostics

    func read(_ item: Item) -> Regression? {
        guard let violates = item["violates"], let cause = violates.word, let expected = item["expected"]?.word else {
            return nil
        }
        let regression = Regression(
            violates: cause, expected: Regression.Expected(rawValue: expected) ?? .reproduces,
            marks: (item["marks"]?.list ?? []).compactMap(\.word), from: item["from"]?.word)
        // What could not be read may be just what it is about.
        guard diagnostics.errors.isEmpty else { return regression }
        if !isCause(cause) {
            diagnostics.error(
                "no run fails of '\(cause.shortened)'", at: violates.place, suggestion: suggestion(cause),
                remedy: "expected a cause as `gale shrink --causes` prints it: "
                    + (wholeCauses + ["INVARIANT: …", Self.noResult + "…"]).prefix(20).joined(separator: "; "))
        }
        if regression.expected == .fixed, regression.marks.isEmpty, !cause.hasPrefix(Self.noResult) {
            diagnostics.error(
                "a regression that is expected to be fixed needs marks: without them nothing tells whether its run still gets "
                    + "as far as the failing one did", at: item.place,
                remedy: "keep the marks that `gale shrink` has written; '\(RegressionMark.submits)' is the least")
        }
        for mark in item["marks"]?.list ?? [] { check(mark) }
        return regression
    }

    /// A mark that no run can reach would make every run stale.
    private func check(_ mark: Item) {
        guard let text = mark.word, !RegressionMark.isKnown(text, in: world) else { return }
        let known = RegressionMark.all(of: world)
        diagnostics.error(
            "no run reaches '\(text.shortened)'", at: mark.place, suggestion: NearestName.of(text, among: known),
            remedy: "expected a mark as `gale shrink` writes it: "
                + (world.faults.map { RegressionMark.fault($0.name) }
                + world.providers.map { RegressionMark.answer($0.name, "STATUS REASON") }
                + [RegressionMark.submits, RegressionMark.attempts]).prefix(12).joined(separator: "; "))
    }

    /// A run that its process did not survive, or did not end in time.
    private static let noResult = "no result: "
    private static let invariants = Invariant.allCases.map(\.rawValue)

    /// Those that are known word for word.
    private var wholeCauses: [String] {
        expectations.map { "expectation: \($0.text)" } + Regression.recoveryCauses + ["ended early"]
    }

    private func isCause(_ text: String) -> Bool {
        if wholeCauses.contains(text) { return true }
        let (head, rest) = Self.parts(text)
        if text.hasPrefix(Self.noResult) { return !rest.isEmpty }
        return Invariant(rawValue: head).map { isCause(rest, of: $0) } ?? false
    }

    /// Whether it is what an invariant's violations are about: one of a few, or a part of the scenario.
    private func isCause(_ rest: String, of invariant: Invariant) -> Bool {
        if let few = fewCauses(of: invariant) { return few.contains(rest) }
        return subjects.contains { subject in
            // A retry topic's stage is called after the stage that it is for.
            rest == subject || rest.hasPrefix(subject + ",") || rest.hasPrefix(subject + ":")
                || subject.hasPrefix("stage ") && rest.hasPrefix(subject)
        }
    }

    /// nil: they are about parts of the pipeline.
    private func fewCauses(of invariant: Invariant) -> [String]? {
        switch invariant {
        case .ledger: ["does not sum", "phases and slots differ", "submissions are missing"]
        case .durability: ["acknowledged and lost"]
        case .order: world.workloads.map { "workload \($0.name)" }
        default: nil
        }
    }

    private var subjects: [String] {
        world.policies.map { "policy \($0.name)" } + world.stages.map { "stage \($0.name)" }
            + ["queue", "slots", "uncommitted"].flatMap { what in world.stages.map { "\(what) of stage \($0.name)" } }
            + world.brokers.map { "producers of broker \($0.name)" }
    }

    /// `durability: acknowledged and lost` for a mistyped one, `expectation: lost = 0` for `lost = 0`.
    private func suggestion(_ text: String) -> String? {
        let (head, rest) = Self.parts(text)
        if !rest.isEmpty, let name = NearestName.of(head, among: Self.invariants),
            let invariant = Invariant(rawValue: name)
        {
            if isCause(rest, of: invariant) { return "\(name): \(rest)" }
            let known = fewCauses(of: invariant) ?? subjects
            return (NearestName.of(rest, among: known) ?? (known.count == 1 ? known[0] : nil)).map { "\(name): \($0)" }
        }
        if wholeCauses.contains("expectation: \(text)") { return "expectation: \(text)" }
        return NearestName.of(text, among: wholeCauses)
    }

    /// What stands before the first colon, and what after it.
    private static func parts(_ text: String) -> (head: String, rest: String) {
        guard let colon = text.firstIndex(of: ":") else { return (text, "") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...].drop { $0 == " " }))
    }
}
