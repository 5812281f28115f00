// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Measures a stretch of one thread's work: its processor time, which a busy neighbour disturbs little, and wall time.
public struct Stopwatch: Sendable {
    public struct Elapsed: Sendable {
        /// Processor time of the thread.
        public var processorSeconds: Double
        public var wallSeconds: Double

        public init(processorSeconds: Double, wallSeconds: Double) {
            self.processorSeconds = processorSeconds
            self.wallSeconds = wallSeconds
        }
    }

    private let processor = Self.seconds(CLOCK_THREAD_CPUTIME_ID)
    private let wall = Self.seconds(CLOCK_MONOTONIC)

    /// Starts.
    public init() {}

    /// Time since the start; to be asked for in the thread that started.
    public var elapsed: Elapsed {
        Elapsed(
            processorSeconds: Self.seconds(CLOCK_THREAD_CPUTIME_ID) - processor,
            wallSeconds: Self.seconds(CLOCK_MONOTONIC) - wall)
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
