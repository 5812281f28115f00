// SPDX-License-Identifier: GPL-3.0-or-later

/// What a run must never come to: a defect of Gale, not of the scenario.
public enum RunFailure: Error, Equatable, CustomStringConvertible {
    /// A ledger doesn't sum to what was submitted.
    case ledgerDoesNotBalance(String)
    /// A benchmark's scenario came to one of its limits: benchmark and limit.
    case benchmarkEndedEarly(String, String)

    public var description: String {
        switch self {
        case .ledgerDoesNotBalance(let ledger):
            "internal error: the ledger does not sum to what was submitted: \(ledger)"
        case .benchmarkEndedEarly(let benchmark, let reason):
            "the benchmark \(benchmark) ended early: \(reason)"
        }
    }
}
