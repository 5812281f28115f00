// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleScenarioLanguage

/// Says what of a run's result is not as a test wants it.
///
/// Invariants hold in every run, a variant's too, unless it must violate that very one. Expectations that a variant with
/// `violates:` doesn't name, and its recovery, are not looked at: what breaks one thing on purpose may break others.
package struct TestJudge {
    package let scenario: Scenario
    /// Texts of expectations, names of invariants, or `recovery`; empty: all must hold.
    package let violates: [String]

    package init(scenario: Scenario, violates: [String]) {
        self.scenario = scenario
        self.violates = violates
    }

    package func problems(_ summary: RunSummary) -> [TestProblem] {
        let findings = summary.findings
        if let early = findings.first(where: { $0.kind == .endedEarly }) {
            return [TestProblem("ended early: \(summary.verdict.reason ?? "")", finding: early)]
        }
        var problems = findings.filter { $0.kind != .expectation }.compactMap { problem($0, summary) }
        problems += missing(findings, summary)
        for (expectation, written) in zip(summary.expectations, scenario.allExpectations) {
            let finding = findings.first { $0.kind == .expectation && $0.name == expectation.text }
            if violates.contains(expectation.text) {
                if expectation.held {
                    problems.append(
                        TestProblem(
                            "must violate '\(expectation.text)', and does not: \(expectation.value)",
                            at: scenario.places.violates[expectation.text] ?? written.location,
                            key: "must violate \(expectation.text)"))
                }
            } else if violates.isEmpty, let finding {
                problems.append(TestProblem(finding.cause, at: written.location, finding: finding))
            }
        }
        for fault in summary.faults where fault.inert {
            problems.append(
                TestProblem(
                    "fault '\(fault.name)' is inert: it changed no decision, and the run proves nothing about it",
                    at: scenario.places.faults[fault.name], key: "inert fault \(fault.name)"))
        }
        return problems
    }

    /// An invariant that is violated, or a recovery that failed, and must not.
    private func problem(_ finding: RunFinding, _ summary: RunSummary) -> TestProblem? {
        guard !violates.contains(finding.name) else { return nil }
        switch finding.kind {
        case .invariant:
            let message = finding.message.map { ", message \($0)" } ?? ""
            return TestProblem("invariant \(finding.name): \(finding.cause)\(message)", finding: finding)
        case .recovery:
            let fault = summary.recovery.flatMap { scenario.places.faults[$0.fault] }
            return violates.isEmpty
                ? TestProblem(finding.cause, at: scenario.places.recovery ?? fault, finding: finding) : nil
        case .expectation, .endedEarly: return nil
        }
    }

    /// Invariants, and recovery, that a variant must violate and does not.
    private func missing(_ findings: [RunFinding], _ summary: RunSummary) -> [TestProblem] {
        let names = Invariant.allCases.map(\.rawValue) + [RecoverySummary.name]
        return violates.filter { name in names.contains(name) && !findings.contains { $0.name == name } }.map { name in
            let why = name == RecoverySummary.name ? summary.recovery.map { ": " + $0.text } ?? "" : ""
            return TestProblem(
                "must violate '\(name)', and does not\(why)", at: scenario.places.violates[name],
                key: "must violate \(name)")
        }
    }
}
