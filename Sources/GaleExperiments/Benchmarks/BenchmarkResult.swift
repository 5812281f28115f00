// SPDX-License-Identifier: GPL-3.0-or-later

/// Several measurements of one benchmark: medians with the least and the greatest.
public struct BenchmarkResult: Sendable {
    /// Million operations per second.
    public struct Rate: Codable, Sendable {
        public var median: Double
        public var least: Double
        public var greatest: Double

        /// - Parameter rates: operations per second, at least one.
        init(_ rates: [Double]) {
            let sorted = rates.sorted()
            let half = sorted.count / 2
            median = 1e-6 * (sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2)
            least = 1e-6 * sorted[0]
            greatest = 1e-6 * sorted[sorted.count - 1]
        }
    }

    public let name: String
    public let operation: String
    /// In one run.
    public let operations: UInt64
    public let runs: Int
    /// Over the processor time of the thread.
    public let processor: Rate
    public let wall: Rate
    /// Of the last run: each run does the same.
    public let figures: [(name: String, value: Double)]

    /// Runs a benchmark several times.
    ///
    /// - Parameter operations: nil takes the usual number.
    public init(_ benchmark: any Benchmark, operations: Int? = nil, runs: Int) throws {
        precondition(runs > 0)
        var samples: [BenchmarkSample] = []
        for _ in 0..<runs {
            samples.append(try benchmark.sample(operations: operations ?? benchmark.usualOperations))
        }
        name = benchmark.name
        operation = benchmark.operation
        self.operations = samples[0].operations
        self.runs = runs
        processor = Rate(samples.map { Double($0.operations) / $0.time.processorSeconds })
        wall = Rate(samples.map { Double($0.operations) / $0.time.wallSeconds })
        figures = samples[runs - 1].figures
    }
}
