// SPDX-License-Identifier: GPL-3.0-or-later

/// One reason why a run has not passed: a violated invariant, a failed expectation, or a pipeline that did not recover.
///
/// The one place that says what is wrong with a run: whoever groups, shrinks or replays failures starts from these.
public struct RunFinding: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable { case invariant, expectation, recovery, endedEarly = "ended-early" }

    public var kind: Kind
    /// As `violates:` names it: an invariant, `recovery`, or the text of an expectation.
    public var name: String
    /// The message that showed it, as `gale replay --message` reads it; nil: it is about no single one.
    public var message: String?
    /// When it was first seen; nil: at no single instant.
    public var nanoseconds: Int64?
    /// In one line, with numbers.
    public var cause: String
    /// Equal for the same failure in any run and with any seed.
    public var causeKey: String
    /// An expectation fails for want of anything to be measured; nil: not for that.
    public var notMeasured: Bool?

    public init(
        kind: Kind, name: String, message: String? = nil, nanoseconds: Int64? = nil, cause: String, causeKey: String,
        notMeasured: Bool? = nil
    ) {
        self.kind = kind
        self.name = name
        self.message = message
        self.nanoseconds = nanoseconds
        self.cause = cause
        self.causeKey = causeKey
        self.notMeasured = notMeasured
    }
}

extension RunSummary {
    /// What is wrong, invariants first; empty exactly when the run has passed.
    public var findings: [RunFinding] {
        var findings = violations.map {
            RunFinding(
                kind: .invariant, name: $0.invariant.rawValue, message: $0.message, nanoseconds: $0.nanoseconds,
                cause: $0.cause, causeKey: $0.causeKey)
        }
        if let recovery, recovery.fails {
            findings.append(
                RunFinding(
                    kind: .recovery, name: RecoverySummary.name, cause: recovery.text,
                    causeKey: "recovery: \(recovery.state.rawValue)"))
        }
        findings += expectations.filter { !$0.held }.map {
            RunFinding(
                kind: .expectation, name: $0.text, cause: "'\($0.text)' does not hold: \($0.value)",
                causeKey: "expectation: \($0.text)", notMeasured: $0.notMeasured)
        }
        if verdict.partial {
            let reason = verdict.reason ?? "ended early"
            findings.append(
                RunFinding(kind: .endedEarly, name: "ended early", cause: reason, causeKey: "ended early"))
        }
        return findings
    }
}
