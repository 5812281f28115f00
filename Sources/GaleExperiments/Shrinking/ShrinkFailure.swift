// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a scenario can't be shrunk.
public enum ShrinkFailure: Error, Equatable, CustomStringConvertible {
    /// Nothing is wrong with the run.
    case passes(seed: UInt64)
    /// The run fails, but not of this cause.
    case otherCause(String, found: [String])
    /// The scenario as it is written again does not fail as it did where it lay: it needs files that are not found from there.
    case notTheSame(String)

    public var description: String {
        switch self {
        case .passes(let seed): "nothing is wrong with the run of seed \(seed): there is nothing to shrink"
        case .otherCause(let cause, let found):
            "the run does not fail of '\(cause)'; it fails of: " + found.map { "'\($0)'" }.joined(separator: ", ")
        case .notTheSame(let what): "the scenario can't be shrunk: written to the folder of the result it \(what)"
        }
    }
}
