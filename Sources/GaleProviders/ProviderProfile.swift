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
    /// Retry-After that its 429 and 503 carry, if any.
    public var retryAfter: Interval?
    /// How much its latency wanders from one second to the next: the sigma of a lognormal factor per second; 0: not at all.
    public var weatherSigma: Double

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

        public init(count: Int64, window: Interval, refillsAtOnce: Bool, response: ProviderResponse) {
            self.count = count
            self.window = window
            self.refillsAtOnce = refillsAtOnce
            self.response = response
        }
    }

    public struct OutcomeRate: Equatable, Sendable {
        public var response: ProviderResponse
        public var micros: Int64
        public var layer: Layer

        /// What an outcome is a property of.
        public enum Layer: String, CaseIterable, Sendable {
            /// The same for every attempt at one recipient (an unregistered token).
            case recipient
            /// Drawn anew for each attempt.
            case call
        }

        public init(response: ProviderResponse, micros: Int64, layer: Layer) {
            self.response = response
            self.micros = micros
            self.layer = layer
        }
    }

    public init(
        dialect: ProviderDialect, latency: DistributionSpecification, capacityMicros: Int64? = nil,
        maximumWait: Interval = .seconds(1), excess: Excess, quota: Quota? = nil, outcomes: [OutcomeRate] = [],
        retryAfter: Interval? = nil, weatherSigma: Double = 0
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
    }
}

/// What a fault changes in a provider while it lasts. Neutral values change nothing.
public struct ProviderFault: Equatable, Sendable {
    /// 200,000: a fifth of the capacity.
    public var capacityMicros: Int64 = 1_000_000
    /// What the excess gets while the fault lasts; nil: as the profile says.
    public var excess: ProviderProfile.Excess?
    /// Additional answers with errors.
    public var errorMicros: Int64 = 0
    public var error: ProviderResponse?
    /// 3,000,000: three times as slow.
    public var latencyFactorMicros: Int64 = 1_000_000
    /// No answer at all: attempts run into their time-out.
    public var blackout = false

    public init() {}
}
