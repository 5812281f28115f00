// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// A closed form that a scenario says its runs follow, with its parameters. They are taken from the scenario itself, so that
/// theory and simulation cannot speak of two different systems.
public struct Theory: Equatable, Sendable {
    /// As `theory:` has it; queues in Kendall's notation.
    public enum Model: String, CaseIterable, Sendable {
        case exponentialServer = "M/M/1"
        case exponentialServers = "M/M/c"
        case constantServer = "M/D/1"
        case generalServer = "M/G/1"
        case boundedServers = "M/M/c/K"
        /// M/M/c stations one after the other (Jackson, 1957).
        case tandem = "tandem"
        /// A population of machines that run, break, and wait for one of c repairmen.
        case machineRepair = "machine-repair"
        /// What a limit of rate r and burst b lets through: b + r · t.
        case tokenBucket = "token-bucket"
    }

    /// First come, first served.
    public struct Station: Equatable, Sendable {
        /// Its place among the stages.
        public var stage: Int
        /// replicas × concurrency.
        public var servers: Int
        /// Nanoseconds.
        public var service: DistributionSpecification
        /// The most in the station, waiting and in service; nil: no bound.
        public var capacity: Int64?

        public init(stage: Int, servers: Int, service: DistributionSpecification, capacity: Int64? = nil) {
            self.stage = stage
            self.servers = servers
            self.service = service
            self.capacity = capacity
        }
    }

    public enum Source: Equatable, Sendable {
        /// Arrivals at random, or evenly spaced for a token bucket; per second.
        case open(perSecond: Double)
        /// Users, and the nanoseconds that they think.
        case closed(population: Int64, think: DistributionSpecification)
    }

    /// What a policy lets through to a provider.
    public struct Limit: Equatable, Sendable {
        public var perSecond: Double
        public var burst: Int64

        public init(perSecond: Double, burst: Int64) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    public var model: Model
    public var source: Source
    /// In the order in which messages pass them; none for a token bucket.
    public var stations: [Station]
    /// Of a token bucket only.
    public var limit: Limit?

    public init(model: Model, source: Source, stations: [Station], limit: Limit? = nil) {
        self.model = model
        self.source = source
        self.stations = stations
        self.limit = limit
    }
}
