// SPDX-License-Identifier: GPL-3.0-or-later

/// Something of Gale whose speed is measured, as often as one likes.
public protocol Benchmark: Sendable {
    /// Words with slashes between them, from the general to the particular.
    var name: String { get }
    /// What one operation is.
    var operation: String { get }
    /// Operations that take long enough to be timed and no longer than that.
    var usualOperations: Int { get }

    /// Does about so many operations once, from the same start each time.
    func sample(operations: Int) throws -> BenchmarkSample
}

/// One measurement of a benchmark.
public struct BenchmarkSample: Sendable {
    /// Operations in the timed part.
    public var operations: UInt64
    public var time: Stopwatch.Elapsed
    /// What the model found, by name: another program that does the same work finds the same.
    public var figures: [(name: String, value: Double)]

    public init(operations: UInt64, time: Stopwatch.Elapsed, figures: [(name: String, value: Double)] = []) {
        self.operations = operations
        self.time = time
        self.figures = figures
    }
}
