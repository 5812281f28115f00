// SPDX-License-Identifier: GPL-3.0-or-later

/// A quantity of a theory that cannot be judged, because runs have no sample of it.
public struct UnmeasuredQuantity: Codable, Equatable, Sendable {
    /// For people: `p99 latency`.
    public var name: String
    /// Of the runs without a sample; in order, at least one.
    public var seeds: [UInt64]

    public init(name: String, seeds: [UInt64]) {
        self.name = name
        self.seeds = seeds
    }
}
