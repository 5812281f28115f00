// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Where the jobs of a benchmark's model come from: a Poisson stream of so many, numbered from 0, with a keyed draw for each.
struct PoissonSource {
    let draws = Draws(seed: 1)
    private let between: Distribution
    private let purpose: Purpose
    private let limit: UInt64
    private(set) var arrived: UInt64 = 0

    /// - Parameters:
    ///   - mean: between two arrivals, nanoseconds.
    ///   - limit: jobs that come, at least 1.
    init(mean: Double, limit: UInt64, purpose: Purpose) {
        between = Distribution(.exponential(mean: mean))
        self.purpose = purpose
        self.limit = limit
    }

    /// The number of the job that arrives now.
    @inline(__always)
    mutating func take() -> UInt64 {
        arrived &+= 1
        return arrived &- 1
    }

    /// Another one comes.
    @inline(__always)
    var goesOn: Bool { arrived < limit }

    /// Until the next one.
    @inline(__always)
    func delay() -> Interval { Interval(nanoseconds: between.sample(draws.uniform(purpose, arrived))) }
}

extension Kernel {
    /// Runs a benchmark's model to its end: the time that took.
    func timedRun() -> Stopwatch.Elapsed {
        let watch = Stopwatch()
        _ = run(until: .distantFuture)
        return watch.elapsed
    }
}
