// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleProviders
import GaleRandomness

/// Small worlds for tests.
enum Fixture {
    /// A queueing station: a direct topic read by `servers` slots with a service time.
    static func station(
        perSecond: Double, servers: Int, service: DistributionSpecification, duration: Interval = .seconds(200),
        capacity: Int64? = nil, arrivals: WorkloadSpecification.Arrivals = .poisson
    ) -> WorldSpecification {
        var world = WorldSpecification(name: "station", duration: duration, drain: .seconds(100), seed: 1)
        world.brokers = [BrokerSpecification(name: "b", kind: .direct)]
        world.topics = [TopicSpecification(name: "jobs", broker: 0, capacity: capacity)]
        world.stages = [
            StageSpecification(name: "server", topic: 0, replicas: 1, concurrency: servers, steps: [.compute(service)])
        ]
        world.workloads = [
            WorkloadSpecification(
                name: "load", topic: 0, rate: .constant(perSecondMicros: Int64(perSecond * 1e6)), arrivals: arrivals)
        ]
        return world
    }

    /// A station whose load comes from users who wait for their messages.
    static func closedLoop(
        population: Int64, think: DistributionSpecification, servers: Int = 1, service: DistributionSpecification,
        duration: Interval, capacity: Int64? = nil
    ) -> WorldSpecification {
        var world = station(
            perSecond: 0, servers: servers, service: service, duration: duration, capacity: capacity)
        world.workloads[0].closedLoop = ClosedLoopSpecification(population: population, think: think)
        return world
    }

    /// Kafka between a workload and a stage that only computes.
    static func log(
        perSecond: Double, duration: Interval = .seconds(30), partitions: Int = 6, replicas: Int = 3,
        service: DistributionSpecification = .constant(1_000_000), profile: KafkaProfile = KafkaProfile(),
        faults: [FaultSpecification] = []
    ) -> WorldSpecification {
        var world = WorldSpecification(name: "log", duration: duration, drain: .seconds(120), seed: 1)
        world.brokers = [BrokerSpecification(name: "kafka", kind: .kafka(profile))]
        world.topics = [TopicSpecification(name: "outbox", broker: 0, partitions: partitions)]
        world.stages = [
            StageSpecification(name: "sink", topic: 0, replicas: replicas, concurrency: 64, steps: [.compute(service)])
        ]
        world.workloads = [
            WorkloadSpecification(name: "load", topic: 0, rate: .constant(perSecondMicros: Int64(perSecond * 1e6)))
        ]
        world.faults = faults
        return world
    }

    /// Runs to the end; the ledger over all phases and channels.
    @discardableResult
    static func run(_ specification: WorldSpecification, seed: UInt64 = 1) -> (world: World, ledger: Ledger) {
        let world = World(specification, seed: seed)
        _ = world.advance(until: world.end)
        world.finish()
        return (world, ledger(world))
    }

    static func ledger(_ world: World) -> Ledger {
        var sum = Ledger()
        for phase in world.measurements.phases.indices {
            for channel in 0..<4 { sum += world.measurements.ledger(phase: phase, channel: channel) }
        }
        return sum
    }
}
