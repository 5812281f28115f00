// SPDX-License-Identifier: Apache-2.0
import GaleModels

/// Reads `regression:`. A cause that no run can have would never be found, and so would always look mended.
struct RegressionReader {
    /// Of the scenario, those that it does not write itself included.
    let expectations: [Expectation]
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
                remedy: "keep the marks that `gale shrink` has written")
        }
        return regression
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
        return !rest.isEmpty && (Self.invariants.contains(head) || text.hasPrefix(Self.noResult))
    }

    /// `durability: outbox` for `durabilty: outbox`, `expectation: lost = 0` for `lost = 0`.
    private func suggestion(_ text: String) -> String? {
        let (head, rest) = Self.parts(text)
        if !rest.isEmpty, let name = NearestName.of(head, among: Self.invariants) { return "\(name): \(rest)" }
        if wholeCauses.contains("expectation: \(text)") { return "expectation: \(text)" }
        return NearestName.of(text, among: wholeCauses)
    }

    /// What stands before the first colon, and what after it.
    private static func parts(_ text: String) -> (head: String, rest: String) {
        guard let colon = text.firstIndex(of: ":") else { return (text, "") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...].drop { $0 == " " }))
    }
}
