// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything that one run has to say. `summary` is deterministic byte for byte; `timing` is what depends on the machine;
/// the rest is deterministic and feeds the report, the CSV files and `latency.hgrm`.
public struct RunResult: Codable, Sendable {
    public var summary: RunSummary
    public var timing: RunTiming
    public var about: String
    /// The command line that reproduces this run.
    public var reproduction: String
    public var variant: String?
    /// Length of one slot of every series, seconds.
    public var slotSeconds: Double
    /// Start of the drain (end of the load), seconds.
    public var loadEndsSeconds: Double
    public var channelSeries: [ChannelSeries]
    public var providerSeries: [ProviderSeries]
    public var topicSeries: [TopicSeries]
    public var storeSeries: [StoreSeries]
    /// Events handled, per slot.
    public var breakdown: [ChannelBreakdown]
    public var distributions: [LatencyDistribution]
    public var checkpoints: [Checkpoint]

    public init(
        summary: RunSummary, timing: RunTiming, about: String, reproduction: String, variant: String?,
        slotSeconds: Double, loadEndsSeconds: Double, channelSeries: [ChannelSeries], providerSeries: [ProviderSeries],
        topicSeries: [TopicSeries], storeSeries: [StoreSeries], breakdown: [ChannelBreakdown],
        distributions: [LatencyDistribution], checkpoints: [Checkpoint]
    ) {
        self.summary = summary
        self.timing = timing
        self.about = about
        self.reproduction = reproduction
        self.variant = variant
        self.slotSeconds = slotSeconds
        self.loadEndsSeconds = loadEndsSeconds
        self.channelSeries = channelSeries
        self.providerSeries = providerSeries
        self.topicSeries = topicSeries
        self.storeSeries = storeSeries
        self.breakdown = breakdown
        self.distributions = distributions
        self.checkpoints = checkpoints
    }

    /// One value per slot. By intended send time: `submitted`, `delivered`, `undelivered`, and the percentiles (seconds;
    /// nil where the slot has no sample or the quantile falls on an undelivered message). `throughput`: deliveries by the clock.
    public struct ChannelSeries: Codable, Sendable {
        public var channel: String
        public var submitted: [Int64]
        public var delivered: [Int64]
        public var undelivered: [Int64]
        public var throughput: [Int64]
        public var p50: [Double?]
        public var p99: [Double?]
        public var p999: [Double?]

        public init(
            channel: String, submitted: [Int64], delivered: [Int64], undelivered: [Int64], throughput: [Int64],
            p50: [Double?], p99: [Double?], p999: [Double?]
        ) {
            self.channel = channel
            self.submitted = submitted
            self.delivered = delivered
            self.undelivered = undelivered
            self.throughput = throughput
            self.p50 = p50
            self.p99 = p99
            self.p999 = p999
        }
    }

    /// Attempts and answers at one provider, per slot, by the clock.
    public struct ProviderSeries: Codable, Sendable {
        public var provider: String
        public var attempts: [Int64]
        public var errors: [Int64]
        public var timeouts: [Int64]

        public init(provider: String, attempts: [Int64], errors: [Int64], timeouts: [Int64]) {
            self.provider = provider
            self.attempts = attempts
            self.errors = errors
            self.timeouts = timeouts
        }
    }

    /// Messages appended and not yet taken by the reading stage, at the end of each slot.
    public struct TopicSeries: Codable, Sendable {
        public var topic: String
        public var backlog: [Int64]

        public init(topic: String, backlog: [Int64]) {
            self.topic = topic
            self.backlog = backlog
        }
    }

    public struct StoreSeries: Codable, Sendable {
        public var store: String
        public var calls: [Int64]
        public var errors: [Int64]

        public init(store: String, calls: [Int64], errors: [Int64]) {
            self.store = store
            self.calls = calls
            self.errors = errors
        }
    }

    /// Mean seconds that delivered notifications of a channel spent in each place; they sum to the mean latency.
    public struct ChannelBreakdown: Codable, Sendable {
        public var channel: String
        /// In the order broker, waiting for a worker, work, store, rate limit, network, provider, backoff.
        public var spans: [Span]

        public init(channel: String, spans: [Span]) {
            self.channel = channel
            self.spans = spans
        }

        public struct Span: Codable, Sendable {
            public var name: String
            public var meanSeconds: Double

            public init(name: String, meanSeconds: Double) {
                self.name = name
                self.meanSeconds = meanSeconds
            }
        }
    }

    /// The percentile plot of `all` and of each channel, and the lines of `latency.hgrm`.
    public struct LatencyDistribution: Codable, Sendable {
        public var name: String
        public var points: [Point]

        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }

        public struct Point: Codable, Sendable {
            /// In parts of one.
            public var quantile: Double
            public var seconds: Double
            /// Samples at or below.
            public var count: Int64

            public init(quantile: Double, seconds: Double, count: Int64) {
                self.quantile = quantile
                self.seconds = seconds
                self.count = count
            }
        }
    }

    public struct Checkpoint: Codable, Sendable {
        public var nanoseconds: Int64
        public var events: UInt64
        /// Trajectory digest so far, 32 hexadecimal digits.
        public var digest: String

        public init(nanoseconds: Int64, events: UInt64, digest: String) {
            self.nanoseconds = nanoseconds
            self.events = events
            self.digest = digest
        }
    }
}

/// `summary.json`: the same bytes for the same scenario, seed and version, on any machine.
public struct RunSummary: Codable, Equatable, Sendable {
    public var schema: String
    public var scenario: ScenarioIdentity
    public var seed: UInt64
    public var version: String
    public var simulatedSeconds: Double
    public var digest: Digest
    public var events: UInt64
    public var ledger: LedgerSummary
    public var attempts: Int64
    public var amplification: Double
    /// `all` and one per channel that was used.
    public var latency: [String: LatencySummary]
    public var stages: [String: StageSummary]
    public var providers: [String: ProviderSummary]
    public var faults: [FaultSummary]
    public var expectations: [ExpectationSummary]
    public var verdict: Verdict
    /// Priority-queue operations (inserts and removals) and lane operations of the whole run.
    public var operations: OperationSummary
    /// The most unsettled notifications at once.
    public var peakUnsettled: Int64

    public init(
        schema: String, scenario: ScenarioIdentity, seed: UInt64, version: String, simulatedSeconds: Double,
        digest: Digest, events: UInt64, ledger: LedgerSummary, attempts: Int64, amplification: Double,
        latency: [String: LatencySummary], stages: [String: StageSummary], providers: [String: ProviderSummary],
        faults: [FaultSummary], expectations: [ExpectationSummary], verdict: Verdict, operations: OperationSummary,
        peakUnsettled: Int64
    ) {
        self.schema = schema
        self.scenario = scenario
        self.seed = seed
        self.version = version
        self.simulatedSeconds = simulatedSeconds
        self.digest = digest
        self.events = events
        self.ledger = ledger
        self.attempts = attempts
        self.amplification = amplification
        self.latency = latency
        self.stages = stages
        self.providers = providers
        self.faults = faults
        self.expectations = expectations
        self.verdict = verdict
        self.operations = operations
        self.peakUnsettled = peakUnsettled
    }

    public struct ScenarioIdentity: Codable, Equatable, Sendable {
        public var name: String
        public var fingerprint: String
        public init(name: String, fingerprint: String) {
            self.name = name
            self.fingerprint = fingerprint
        }
    }

    public struct Digest: Codable, Equatable, Sendable {
        public var trajectory: String
        public var outcome: String
        public init(trajectory: String, outcome: String) {
            self.trajectory = trajectory
            self.outcome = outcome
        }
    }

    /// `passed` and `failed` are about a whole run; `partial`: the run was ended early (signal or limit), `reason` says why.
    public struct Verdict: Codable, Equatable, Sendable {
        public var passed: Bool
        public var partial: Bool
        public var reason: String?
        public init(passed: Bool, partial: Bool, reason: String?) {
            self.passed = passed
            self.partial = partial
            self.reason = reason
        }
    }

    public struct OperationSummary: Codable, Equatable, Sendable {
        public var queue: UInt64
        public var lanes: UInt64
        public init(queue: UInt64, lanes: UInt64) {
            self.queue = queue
            self.lanes = lanes
        }
    }
}

public struct LedgerSummary: Codable, Equatable, Sendable {
    public var submitted, delivered, deliveredLate, expired, suppressed, deadLettered, shed, lost, inFlight: Int64
    /// Beside the ledger's sum.
    public var duplicates: Int64

    public init(
        submitted: Int64 = 0, delivered: Int64 = 0, deliveredLate: Int64 = 0, expired: Int64 = 0, suppressed: Int64 = 0,
        deadLettered: Int64 = 0, shed: Int64 = 0, lost: Int64 = 0, inFlight: Int64 = 0, duplicates: Int64 = 0
    ) {
        self.submitted = submitted
        self.delivered = delivered
        self.deliveredLate = deliveredLate
        self.expired = expired
        self.suppressed = suppressed
        self.deadLettered = deadLettered
        self.shed = shed
        self.lost = lost
        self.inFlight = inFlight
        self.duplicates = duplicates
    }

    public var undelivered: Int64 { submitted - delivered - deliveredLate - suppressed }
}

/// Latency of what was delivered, in seconds; nil where nothing was.
public struct LatencySummary: Codable, Equatable, Sendable {
    public var count: Int64
    public var mean, p50, p90, p99, p999, p9999, max: Double?

    public init(
        count: Int64, mean: Double?, p50: Double?, p90: Double?, p99: Double?, p999: Double?, p9999: Double?,
        max: Double?
    ) {
        self.count = count
        self.mean = mean
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
        self.p999 = p999
        self.p9999 = p9999
        self.max = max
    }
}

public struct StageSummary: Codable, Equatable, Sendable {
    /// Messages taken from the topic, redeliveries included, and messages done.
    public var consumed, redelivered, completed, deadLettered: Int64
    /// From the append to the topic until done.
    public var latency: LatencySummary
    /// Mean share of slots in use while the load lasted.
    public var utilisation: Double

    public init(
        consumed: Int64, redelivered: Int64, completed: Int64, deadLettered: Int64, latency: LatencySummary,
        utilisation: Double
    ) {
        self.consumed = consumed
        self.redelivered = redelivered
        self.completed = completed
        self.deadLettered = deadLettered
        self.latency = latency
        self.utilisation = utilisation
    }
}

public struct ProviderSummary: Codable, Equatable, Sendable {
    public var attempts, accepted, errors, timeouts: Int64
    /// Answers by the provider's own words, as `503 ServiceUnavailable`.
    public var answers: [String: Int64]
    /// From sending an attempt to its answer.
    public var latency: LatencySummary

    public init(
        attempts: Int64, accepted: Int64, errors: Int64, timeouts: Int64, answers: [String: Int64],
        latency: LatencySummary
    ) {
        self.attempts = attempts
        self.accepted = accepted
        self.errors = errors
        self.timeouts = timeouts
        self.answers = answers
        self.latency = latency
    }
}

public struct FaultSummary: Codable, Equatable, Sendable {
    public var name: String
    /// As `provider apns: capacity 20%`.
    public var what: String
    public var atSeconds, lengthSeconds: Double
    /// Decisions it changed; 0 is inert.
    public var decisionsChanged: Int64
    public var inert: Bool

    public init(
        name: String, what: String, atSeconds: Double, lengthSeconds: Double, decisionsChanged: Int64, inert: Bool
    ) {
        self.name = name
        self.what = what
        self.atSeconds = atSeconds
        self.lengthSeconds = lengthSeconds
        self.decisionsChanged = decisionsChanged
        self.inert = inert
    }
}

public struct ExpectationSummary: Codable, Equatable, Sendable {
    public var text: String
    public var held: Bool
    /// As a person reads it: `1.21`, `340 ms`, `inf`, `not measured`.
    public var value: String
    /// Added by Gale, not by the scenario.
    public var implied: Bool

    public init(text: String, held: Bool, value: String, implied: Bool) {
        self.text = text
        self.held = held
        self.value = value
        self.implied = implied
    }
}

/// `timing.json`: what depends on the machine.
public struct RunTiming: Codable, Sendable {
    public var wallSeconds, eventsPerSecond, messagesPerSecond: Double
    public var peakMemoryBytes, idleMemoryBytes: Int64

    public init(
        wallSeconds: Double, eventsPerSecond: Double, messagesPerSecond: Double, peakMemoryBytes: Int64,
        idleMemoryBytes: Int64
    ) {
        self.wallSeconds = wallSeconds
        self.eventsPerSecond = eventsPerSecond
        self.messagesPerSecond = messagesPerSecond
        self.peakMemoryBytes = peakMemoryBytes
        self.idleMemoryBytes = idleMemoryBytes
    }
}
