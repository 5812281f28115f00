// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// A fixed number of users, each of whom thinks, sends one message, waits until it is settled, and thinks again.
///
/// The load follows the pipeline: a slow one is asked less. That is what terminals, crawlers and machines under repair do,
/// and what people who are sent notifications do not: for those a rate is right.
public struct ClosedLoopSpecification: Equatable, Sendable {
    /// Users; each has at most one message on its way.
    public var population: Int64
    /// Nanoseconds from the start, or from the end of a user's message, until the user sends the next.
    public var think: DistributionSpecification

    public init(population: Int64, think: DistributionSpecification) {
        self.population = population
        self.think = think
    }
}
