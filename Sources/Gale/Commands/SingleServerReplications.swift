// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics

/// Independent replications of the M/M/1 queue by Lindley's recursion on the draws and tables of real runs: the quickest way to
/// millions of customers whose true mean is known.
///
/// A wait is the wait before, plus the service before, less the time between the arrivals, or 0 (D. V. Lindley, 1952). Times are
/// whole nanoseconds, service takes 1 s on average.
package struct SingleServerReplications {
    private static let second = 1e9
    private static let arrivals = Purpose(layer: .exploration, id: 2)
    private static let services = Purpose(layer: .exploration, id: 3)

    private let draws: Draws
    private let between: Distribution
    private let service = Distribution(.exponential(mean: second))
    private let deleted: Int
    private let kept: Int
    /// Mean time in the system, seconds.
    package let truth: Double

    /// - Parameters:
    ///   - utilisation: above 0 and below 1; otherwise an error.
    ///   - deleted: customers at the beginning of each replication that do not count, as the queue starts empty.
    ///   - kept: customers that do, at least 1.
    package init(seed: UInt64, utilisation: Double, deleted: Int, kept: Int) throws(QueueingError) {
        truth = try MM1Queue(arrivalRate: utilisation, serviceRate: 1).meanSojourn
        guard kept >= 1 else { throw .tooFew(parameter: "the number of customers kept", value: kept, minimum: 1) }
        draws = Draws(seed: seed)
        between = Distribution(.exponential(mean: Self.second / utilisation))
        self.deleted = deleted
        self.kept = kept
    }

    /// The mean time in the system of one replication's kept customers, seconds.
    package func mean(ofReplication replication: UInt64) -> Double {
        var wait: Int64 = 0
        // Of whole nanoseconds; a number that 63 bits might not hold.
        var sum = 0.0
        for customer in 0..<UInt64(deleted + kept) {
            let served = service.sample(draws.uniform(Self.services, replication, customer))
            if customer >= UInt64(deleted) { sum += Double(wait + served) }
            wait = max(0, wait + served - between.sample(draws.uniform(Self.arrivals, replication, customer)))
        }
        return sum / Double(kept) / Self.second
    }

    /// Student's t intervals, each over replications of its own, against the truth.
    package func coverage(intervals: Int, replications: Int) throws(StatisticsError) -> CoverageStudy {
        var estimates: [ConfidenceInterval] = []
        for interval in 0..<intervals {
            let means = (0..<replications).map { mean(ofReplication: UInt64(interval * replications + $0)) }
            estimates.append(try ConfidenceInterval(replications: means))
        }
        return try CoverageStudy(estimates, truth: truth)
    }
}
