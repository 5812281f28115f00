// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// Every number and code of one provider; read from a profile file, in which each line names its source.
public struct ProviderProfile: Equatable, Sendable {
    public var dialect: ProviderDialect
    /// Time from the request's arrival to the answer's departure when nothing queues; nanoseconds.
    public var latency: DistributionSpecification
    /// What it can serve, requests per second in millionths; nil: without bound.
    public var capacityMicros: Int64?
    /// Requests that arrive faster wait in line up to this long; what would wait longer is excess.
    public var maximumWait: Interval
    public var excess: Excess
    /// What it allows (a limit by contract), apart from what it can serve.
    public var quota: Quota?
    /// Answers that occur without any fault.
    public var outcomes: [OutcomeRate]
    /// Retry-After that its 429 and 503 carry, if any. One that a response names itself goes first, and a quota's
    /// answer says how long the quota takes to refill.
    public var retryAfter: Interval?
    /// How much its latency wanders from one second to the next: the sigma of a lognormal factor per second; 0: not at all.
    public var weatherSigma: Double
    /// How much the rates of its `call` outcomes wander from one second to the next: the sigma of a lognormal factor
    /// per second (median 1); 0: not at all.
    public var errorWeatherSigma: Double
    /// What turning a request away costs, as a share of the work of serving one; millionths, 0...1,000,000. Excess that
    /// costs as much as service starves the service.
    public var rejectionCostMicros: Int64
    /// How long an answer to excess or beyond the quota takes, as a share of the latency drawn; millionths, 0...1,000,000.
    public var rejectionLatencyMicros: Int64
    /// `true`: success is answered on admission to the line and the work is done later (an SMS provider's `201 queued`);
    /// `false`: the caller waits for the work.
    public var answersOnAdmission: Bool
    /// How many requests it works on at once for this account; nil: without bound.
    public var concurrency: Concurrency?
    /// A mail server that turns first contacts away; nil: none does.
    public var greylisting: Greylisting?

    /// What becomes of requests beyond the capacity.
    public enum Excess: Equatable, Sendable {
        /// They wait in line without bound.
        case queue
        /// An immediate answer in the provider's own words.
        case answer(ProviderResponse)
        /// The connection is reset.
        case reset
    }

    public struct Quota: Equatable, Sendable {
        public var count: Int64
        public var window: Interval
        /// `true`: the whole count returns at the end of each window (FCM); `false`: it trickles back.
        public var refillsAtOnce: Bool
        public var response: ProviderResponse
        /// How much of a quota that trickles back can be saved up, 1...`count`; nil: all of `count`. Over any time t
        /// at most `burst + count × t / window` requests pass.
        public var burst: Int64?

        public init(
            count: Int64, window: Interval, refillsAtOnce: Bool, response: ProviderResponse, burst: Int64? = nil
        ) {
            self.count = count
            self.window = window
            self.refillsAtOnce = refillsAtOnce
            self.response = response
            self.burst = burst
        }
    }

    public struct OutcomeRate: Equatable, Sendable {
        public var response: ProviderResponse
        public var micros: Int64
        public var layer: Layer
        /// How long an APNs 410 says that the token has been invalid (its `timestamp`, "Handling notification responses").
        public var knownFor: Interval

        /// What an outcome is a property of.
        public enum Layer: String, CaseIterable, Sendable {
            /// The same for every attempt at one recipient, at every provider of the dialect (an unregistered token).
            case recipient
            /// Drawn anew for each attempt.
            case call
        }

        public init(response: ProviderResponse, micros: Int64, layer: Layer, knownFor: Interval = .zero) {
            self.knownFor = knownFor
            self.response = response
            self.micros = micros
            self.layer = layer
        }
    }

    /// A limit on requests under way at once, from arrival to answer; one more is answered at once.
    public struct Concurrency: Equatable, Sendable {
        /// 1...1,048,576.
        public var limit: Int
        public var response: ProviderResponse

        public init(limit: Int, response: ProviderResponse) {
            self.limit = limit
            self.response = response
        }
    }

    /// Greylisting: some recipients' servers turn a sender away at the first contact, and welcome it when it comes back
    /// no earlier than `delay` after that.
    public struct Greylisting: Equatable, Sendable {
        /// Share of recipients whose server does so, in millionths.
        public var micros: Int64
        public var delay: Interval
        /// How long a first contact is remembered.
        public var memory: Interval
        public var response: ProviderResponse

        public init(micros: Int64, delay: Interval, memory: Interval, response: ProviderResponse) {
            self.micros = micros
            self.delay = delay
            self.memory = memory
            self.response = response
        }
    }

    public init(
        dialect: ProviderDialect, latency: DistributionSpecification, capacityMicros: Int64? = nil,
        maximumWait: Interval = .seconds(1), excess: Excess, quota: Quota? = nil, outcomes: [OutcomeRate] = [],
        retryAfter: Interval? = nil, weatherSigma: Double = 0, errorWeatherSigma: Double = 0,
        rejectionCostMicros: Int64 = 20_000, rejectionLatencyMicros: Int64 = 100_000, answersOnAdmission: Bool = false,
        concurrency: Concurrency? = nil, greylisting: Greylisting? = nil
    ) {
        self.dialect = dialect
        self.latency = latency
        self.capacityMicros = capacityMicros
        self.maximumWait = maximumWait
        self.excess = excess
        self.quota = quota
        self.outcomes = outcomes
        self.retryAfter = retryAfter
        self.weatherSigma = weatherSigma
        self.errorWeatherSigma = errorWeatherSigma
        self.rejectionCostMicros = rejectionCostMicros
        self.rejectionLatencyMicros = rejectionLatencyMicros
        self.answersOnAdmission = answersOnAdmission
        self.concurrency = concurrency
        self.greylisting = greylisting
    }
}
