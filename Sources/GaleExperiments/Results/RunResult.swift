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
