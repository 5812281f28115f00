// SPDX-License-Identifier: GPL-3.0-or-later

/// What a run must never come to: a defect of Gale, not of the scenario.
public enum RunFailure: Error, Equatable, CustomStringConvertible {
    /// A benchmark's scenario came to one of its limits: benchmark and limit.
    case benchmarkEndedEarly(String, String)

    public var description: String {
        switch self {
        case .benchmarkEndedEarly(let benchmark, let reason):
            "the benchmark \(benchmark) ended early: \(reason)"
        }
    }
}
