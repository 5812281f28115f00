// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness

/// A whole scenario as checked values: what a world is made from. Names are unique within their kind and every
/// reference has been resolved to an index into the arrays here. Places are canonical: they follow from what a scenario
/// declares (topics and stages as messages pass through them, faults by time, the rest by name), not from the order in
/// which it does.
public struct WorldSpecification: Sendable {
    public var name: String
    /// Load is offered from 0 to `duration`; then the pipeline drains for at most `drain`.
    public var duration: Interval
    public var drain: Interval
    public var seed: UInt64
    public var workloads: [WorkloadSpecification] = []
    public var brokers: [BrokerSpecification] = []
    public var topics: [TopicSpecification] = []
    public var stores: [StoreSpecification] = []
    public var stages: [StageSpecification] = []
    public var providers: [ProviderSpecification] = []
    public var policies: [PolicySpecification] = []
    public var links: [LinkSpecification] = []
    public var faults: [FaultSpecification] = []
    public var limits = LimitSpecification()
    /// Events that are due at the same instant happen in a random order that follows from this; nil: first in, first out.
    public var tieBreakKey: UInt64?

    public init(name: String, duration: Interval, drain: Interval, seed: UInt64) {
        self.name = name
        self.duration = duration
        self.drain = drain
        self.seed = seed
    }
}

public struct WorkloadSpecification: Sendable {
    public var name: String
    public var topic: Int
    public var rate: RateSpecification
    public var arrivals: Arrivals
    /// Cumulative shares are made from these; they sum to 1,000,000 (millionths).
    public var channelMicros: [(channel: Channel, share: Int64)]
    /// For push only; sums to 1,000,000.
    public var platformMicros: [(platform: Platform, share: Int64)]
    public var tenantCount: Int
    /// Zipf exponent; 0 is uniform.
    public var tenantSkew: Double
    public var recipientCount: Int64
    /// Bytes.
    public var size: DistributionSpecification
    public var timeToLive: Interval
    /// Notifications per submission (a campaign's segment); 1 for a transactional message.
    public var fanOut: Int64
    /// Users who wait for their messages, instead of a rate; `rate`, `arrivals` and `fanOut` then mean nothing.
    public var closedLoop: ClosedLoopSpecification?
    /// How urgent notifications are; sums to 1,000,000.
    public var priorityMicros: [(priority: Priority, share: Int64)] = [(.normal, 1_000_000)]
    /// Where recipients live; sums to 1,000,000, or is empty: nobody knows.
    public var zoneMicros: [(zone: TimeZoneIndex, share: Int64)] = []
    /// Collapse keys of one recipient; 0: none has one.
    public var collapseKeys: Int64 = 0
    /// When recipients are in the app; nil: never.
    public var visits: VisitSpecification?
    /// Recipients whose address was registered anew shortly before each notification; nil: all did so long ago.
    public var renewals: RenewalSpecification?
    /// A recipient's notifications belong in order: the recipient is their key, which chooses the partition, and deliveries
    /// out of that order are counted.
    public var isOrdered = false

    public enum Arrivals: String, CaseIterable, Sendable { case poisson, uniform }

    public init(
        name: String, topic: Int, rate: RateSpecification, arrivals: Arrivals = .poisson,
        channelMicros: [(channel: Channel, share: Int64)] = [(.push, 1_000_000)],
        platformMicros: [(platform: Platform, share: Int64)] = [(.ios, 1_000_000)], tenantCount: Int = 1,
        tenantSkew: Double = 0, recipientCount: Int64 = 100_000_000, size: DistributionSpecification = .constant(1024),
        timeToLive: Interval = .hours(24), fanOut: Int64 = 1, closedLoop: ClosedLoopSpecification? = nil
    ) {
        self.name = name
        self.topic = topic
        self.rate = rate
        self.arrivals = arrivals
        self.channelMicros = channelMicros
        self.platformMicros = platformMicros
        self.tenantCount = tenantCount
        self.tenantSkew = tenantSkew
        self.recipientCount = recipientCount
        self.size = size
        self.timeToLive = timeToLive
        self.fanOut = fanOut
        self.closedLoop = closedLoop
    }
}

/// How recipients visit the app: in each stretch of `visit` a share of them, anew, is there and looks every `glance`.
public struct VisitSpecification: Equatable, Sendable {
    public var presentMicros: Int64
    public var visit: Interval
    public var glance: Interval

    public init(presentMicros: Int64, visit: Interval = .minutes(5), glance: Interval = .seconds(20)) {
        self.presentMicros = presentMicros
        self.visit = visit
        self.glance = glance
    }
}

/// A share of recipients registers its address anew now and then: it is never older than `within`.
public struct RenewalSpecification: Equatable, Sendable {
    public var shareMicros: Int64
    public var within: Interval

    public init(shareMicros: Int64, within: Interval) {
        self.shareMicros = shareMicros
        self.within = within
    }
}

/// Notifications per second over time, linear between points (equal instants make a step); the last rate holds until the
/// load ends, and what points after that describe is not offered. Bursts are points as well. Rates in millionths of a
/// notification per second, so that they stay integers.
public struct RateSpecification: Sendable {
    public var points: [(at: Interval, perSecondMicros: Int64)]

    public init(points: [(at: Interval, perSecondMicros: Int64)]) { self.points = points }
    public static func constant(perSecondMicros: Int64) -> RateSpecification {
        RateSpecification(points: [(.zero, perSecondMicros)])
    }
}

public struct BrokerSpecification: Sendable {
    public var name: String
    public var kind: Kind
    /// The path between clients and nodes; nil: a local one of 250 µs.
    public var link: Int?

    public enum Kind: Sendable {
        /// An in-memory queue without delay.
        case direct
        case kafka(KafkaProfile)
    }

    public init(name: String, kind: Kind, link: Int? = nil) {
        self.name = name
        self.kind = kind
        self.link = link
    }
}

/// Kafka's settings, by their documented names; defaults are Kafka 4.x's (`ProducerConfig.java`, `ConsumerConfig.java`,
/// `ReplicationConfigs.java`, `KRaftConfigs.java`, `GroupCoordinatorConfig.java`).
public struct KafkaProfile: Equatable, Sendable {
    public var nodes = 3
    public var replicationFactor = 3
    public var minInsyncReplicas = 2
    public var acks = Acks.all
    public var idempotence = true
    public var linger = Interval.milliseconds(5)
    public var batchBytes: Int64 = 16_384
    public var bufferBytes: Int64 = 32 << 20
    public var maxBlock = Interval.seconds(60)
    public var deliveryTimeout = Interval.seconds(120)
    public var retryBackoff = Interval.milliseconds(100)
    /// Broker's time to append a batch to the leader's log.
    public var append: DistributionSpecification = .lognormal(median: 500_000, sigma: 0.6)
    /// From the leader's append until one follower has it and the leader knows.
    public var replication: DistributionSpecification = .lognormal(median: 2_000_000, sigma: 0.6)
    /// A broker's session: from its crash until it is fenced.
    public var brokerSession = Interval.seconds(9)
    /// From fencing until clients use the new leader.
    public var election = Interval.milliseconds(500)
    public var maxPollRecords = 500
    public var autoCommit = Interval.seconds(5)
    public var session = Interval.seconds(45)
    public var rebalance = Interval.seconds(3)
    public var assignor = Assignor.cooperative
    public var staticMembership = false

    public enum Acks: String, CaseIterable, Sendable { case none, leader, all }
    public enum Assignor: String, CaseIterable, Sendable { case eager, cooperative }

    public init() {}
}

public struct TopicSpecification: Sendable {
    public var name: String
    public var broker: Int
    public var partitions: Int
    /// The most messages a `direct` topic holds, waiting and in service together as M/M/c/K counts them; the excess is shed.
    public var capacity: Int64?

    public init(name: String, broker: Int, partitions: Int = 1, capacity: Int64? = nil) {
        self.name = name
        self.broker = broker
        self.partitions = partitions
        self.capacity = capacity
    }
}

public struct StoreSpecification: Sendable {
    public var name: String
    public var latency: DistributionSpecification
    /// Operations per second, in millionths; the excess waits.
    public var capacityMicros: Int64
    /// A wait beyond this is answered with an error.
    public var maximumWait: Interval
    /// Share of calls that fail without any fault, in millionths.
    public var errorMicros: Int64
    /// Independent shards; a key belongs to one.
    public var shards: Int
    public var link: Int?

    public init(
        name: String, latency: DistributionSpecification, capacityMicros: Int64, maximumWait: Interval,
        errorMicros: Int64 = 0, shards: Int = 1, link: Int? = nil
    ) {
        self.name = name
        self.latency = latency
        self.capacityMicros = capacityMicros
        self.maximumWait = maximumWait
        self.errorMicros = errorMicros
        self.shards = shards
        self.link = link
    }
}

/// A network path. Every call through it takes `latency` each way.
public struct LinkSpecification: Sendable {
    public var name: String
    public var latency: DistributionSpecification
    /// Share of requests (and of answers) that vanish, in millionths.
    public var lossMicros: Int64

    public init(name: String, latency: DistributionSpecification, lossMicros: Int64 = 0) {
        self.name = name
        self.latency = latency
        self.lossMicros = lossMicros
    }
}

public struct StageSpecification: Sendable {
    public var name: String
    public var topic: Int
    public var replicas: Int
    /// Messages that one replica works on at once.
    public var concurrency: Int
    public var steps: [StepSpecification]
    /// Uncommitted messages of one replica, parked ones included, at which it stops reading.
    public var maximumUncommitted: Int

    public init(
        name: String, topic: Int, replicas: Int, concurrency: Int, steps: [StepSpecification],
        maximumUncommitted: Int = 1_000_000
    ) {
        self.name = name
        self.topic = topic
        self.replicas = replicas
        self.concurrency = concurrency
        self.steps = steps
        self.maximumUncommitted = maximumUncommitted
    }
}

public enum StepSpecification: Sendable {
    case compute(DistributionSpecification)
    case call(CallSpecification)
    case emit(EmitSpecification)
    case deliver(policy: Int)
    /// Messages are tasks that the replicas lease from a table; the only step of a stage that reads a direct topic.
    case work(WorkSpecification)
}

public struct CallSpecification: Sendable {
    public var store: Int
    public var timeout: Interval
    /// Calls in all.
    public var attempts: Int
    public var backoff: Interval
    /// What becomes of the message when every attempt failed.
    public var onFailure: OnFailure

    public enum OnFailure: String, CaseIterable, Sendable {
        case proceed = "continue"
        case deadLetter = "dead-letter"
    }

    public init(store: Int, timeout: Interval, attempts: Int, backoff: Interval, onFailure: OnFailure) {
        self.store = store
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.onFailure = onFailure
    }
}

public struct EmitSpecification: Sendable {
    public var topic: Int
    /// Splits a submission of n notifications into n messages of one each.
    public var split: Bool

    public init(topic: Int, split: Bool) {
        self.topic = topic
        self.split = split
    }
}

public struct ProviderSpecification: Sendable {
    public var name: String
    public var profile: ProviderProfile
    public var link: Int?

    public init(name: String, profile: ProviderProfile, link: Int? = nil) {
        self.name = name
        self.profile = profile
        self.link = link
    }
}

public struct PolicySpecification: Sendable {
    public var name: String
    /// Rates in `limits` are those of the whole fleet; a world divides them among the replicas of all stages that deliver by it.
    public var policy: Policy
    /// Where each kind of state lies that the policy asks for (`Policy.stateKinds`).
    public var stores: [StateKind: Int]
    /// The retry topic's index when `policy.waiting` is `.retryTopic`; the scenario's reader adds one
    /// when the scenario names none.
    public var retryTopic: Int?
    /// Topics of the further `retry.levels`, and last the dead letters' where they come back; a world adds them.
    public var furtherRetryTopics: [Int] = []

    /// All of them, level by level.
    public var retryTopics: [Int] {
        guard policy.waiting == .retryTopic, let retryTopic else { return [] }
        return [retryTopic] + furtherRetryTopics
    }

    public init(name: String, policy: Policy, stores: [StateKind: Int] = [:], retryTopic: Int? = nil) {
        self.name = name
        self.policy = policy
        self.stores = stores
        self.retryTopic = retryTopic
    }

    public var deduplicationStore: Int? { stores[.deduplication] }

    /// As the scenario has it: one that a stage has for itself (`withRetryTopics`) is told from it by what follows an `@`.
    package var declaredName: String { String(name.prefix { $0 != "@" }) }
}

public struct FaultSpecification: Sendable {
    public var name: String
    public var at: Interval
    public var length: Interval
    public var effect: FaultEffect
    /// What it does, for people: `provider apns: capacity 20%, excess 503`.
    public var what: String

    public init(name: String, at: Interval, length: Interval, effect: FaultEffect, what: String = "") {
        self.name = name
        self.at = at
        self.length = length
        self.effect = effect
        self.what = what
    }
}

public enum FaultEffect: Sendable {
    /// Capacity, errors, latency or blackout of one provider.
    case provider(Int, ProviderFault)
    /// A broker node dies and comes back when the fault ends.
    case brokerCrash(broker: Int, node: Int)
    /// Replicas of a stage die at once and come back when the fault ends.
    case workerCrash(stage: Int, firstReplica: Int, count: Int)
    /// Replicas of a stage with a `work` step stand still, and go on when the fault ends without having noticed.
    case workerPause(stage: Int, firstReplica: Int, count: Int)
    /// A share of recipients objects to a channel (nil: to all) at once: what is under way for them at the stage, whose policy
    /// asks for consent, hears of it, and every look-up as long as it lasts.
    case objections(stage: Int, shareMicros: Int64, channel: Channel?)
    /// What passes between a stage's delivery code and its host.
    case border(stage: Int, BorderFault)
    /// `latencyFactorMicros`: 3,000,000 is three times as slow.
    case link(Int, latencyFactorMicros: Int64, addedLatency: Interval, lossMicros: Int64, partitioned: Bool)
    case store(Int, capacityFactorMicros: Int64, errorMicros: Int64, latencyFactorMicros: Int64, blackout: Bool)
}

/// When a run stops by itself.
public struct LimitSpecification: Equatable, Sendable {
    public var events: UInt64 = 50_000_000_000
    /// Bytes of peak resident memory.
    public var memory: UInt64 = 20 << 30
    public var wall = Interval.hours(2)
    /// Events at one instant after which the run is a livelock.
    public var eventsPerInstant: UInt64 = 10_000_000

    public init() {}
}
