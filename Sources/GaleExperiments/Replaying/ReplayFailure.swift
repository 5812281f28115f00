// SPDX-License-Identifier: GPL-3.0-or-later

/// Why there is nothing to replay.
public enum ReplayFailure: Error, Equatable, CustomStringConvertible {
    /// The text names no message of the scenario.
    case noMessage(String, workloads: [String])
    /// The run has no such message: it ended before.
    case notSubmitted(String)
    /// The run violated nothing that has a message or a moment; what else is wrong with it.
    case noViolation([String])

    public var description: String {
        switch self {
        case .noMessage(let text, let workloads):
            "'\(text)' is no message of this scenario; expected WORKLOAD/NUMBER, counted from 0, with WORKLOAD one of "
                + workloads.joined(separator: ", ") + " (a part of a fan-out: WORKLOAD/NUMBER/PLACE)"
        case .notSubmitted(let text): "the run submits no message '\(text)'"
        case .noViolation(let findings):
            findings.isEmpty
                ? "nothing is wrong with this run"
                : "what is wrong with this run is about no message and no moment: " + findings.joined(separator: "; ")
        }
    }
}
