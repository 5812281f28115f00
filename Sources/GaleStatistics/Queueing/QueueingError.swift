// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a queueing formula has no value for these parameters.
public enum QueueingError: Error, Equatable, CustomStringConvertible {
    /// A rate, a time or a moment that must be finite and above 0.
    case notPositive(parameter: String, value: Double)
    /// A number of servers, places or customers below what makes sense.
    case tooFew(parameter: String, value: Int, minimum: Int)
    /// More work arrives than the servers can do, so that the queue grows for ever. The utilisation is 1 or more.
    case unstable(utilisation: Double)
    /// A second moment below the square of its mean.
    case impossibleMoments(mean: Double, secondMoment: Double)

    public var description: String {
        switch self {
        case .notPositive(let parameter, let value): "the \(parameter) must be finite and above 0, not \(value)"
        case .tooFew(let parameter, let value, let minimum): "\(parameter) must be at least \(minimum), not \(value)"
        case .unstable(let utilisation):
            "the queue is not stable: its utilisation is \(utilisation), which is not below 1"
        case .impossibleMoments(let mean, let secondMoment):
            "no distribution of mean \(mean) has the second moment \(secondMoment), which is below the mean's square"
        }
    }

    static func requirePositive(_ value: Double, _ parameter: String) throws(QueueingError) {
        guard value > 0, value.isFinite else { throw .notPositive(parameter: parameter, value: value) }
    }

    static func require(_ value: Int, atLeast minimum: Int, _ parameter: String) throws(QueueingError) {
        guard value >= minimum else { throw .tooFew(parameter: parameter, value: value, minimum: minimum) }
    }

    static func requireStable(_ utilisation: Double) throws(QueueingError) {
        guard utilisation < 1 else { throw .unstable(utilisation: utilisation) }
    }
}
