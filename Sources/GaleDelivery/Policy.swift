// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A provider as a policy sees it.
public struct ProviderDescription: Equatable, Sendable {
    public var name: String
    public var dialect: ProviderDialect

    public init(name: String, dialect: ProviderDialect) {
        self.name = name
        self.dialect = dialect
    }
}

/// What a dispatcher does with notifications. Values only; a dispatcher compiles one at its start.
public struct Policy: Equatable, Sendable {
    public var routes: [Route]
    /// Time an attempt may take. Default 10 s.
    public var timeout: Interval
    public var waiting: Waiting
    public var deduplication: Deduplication?
    public var retry: RetryPolicy
    public var breaker: BreakerPolicy?
    public var limits: [RateLimit]
    public var fallbacks: [Fallback]
    public var outlierEjection: OutlierPolicy?
    public var concurrency: ConcurrencyPolicy?
    public var bulkheads: BulkheadPolicy?
    public var shedding: SheddingPolicy?
    /// Choice among providers, money, nested deadlines, presence, quiet hours, caps, collapse keys, priorities and fairness.
    public var routing: RoutingPolicy

    /// Nil: what is judged `suppressRecipient` ends the notification on its channel and is forgotten.
    public var suppression: SuppressionPolicy?
    public var consent: ConsentPolicy?
    public var order: OrderPolicy
    /// Deliveries by the queue after which a notification is dead-lettered unseen, as it has crashed or outlived its consumers
    /// (Amazon SQS, `maxReceiveCount`; Kafka share groups, `group.share.delivery.count.limit`, 5); nil, the default: never.
    ///
    /// Scope: the fleet, by the queue's own count, `Notification.deliveries`; a queue that can't count says 1, and nothing is
    /// dead-lettered by it: it fails open.
    public var maximumDeliveries: UInt8?

    #if PlantedBugs
        /// A mistake of this policy's dispatchers; nil: none that we know of.
        public var plantedBug: PlantedBug?
    #endif

    public init(
        routes: [Route], timeout: Interval = .seconds(10), waiting: Waiting = .park,
        deduplication: Deduplication? = nil, retry: RetryPolicy = RetryPolicy(), breaker: BreakerPolicy? = nil,
        limits: [RateLimit] = [], fallbacks: [Fallback] = [], outlierEjection: OutlierPolicy? = nil,
        concurrency: ConcurrencyPolicy? = nil, bulkheads: BulkheadPolicy? = nil, shedding: SheddingPolicy? = nil,
        routing: RoutingPolicy = RoutingPolicy(),
        suppression: SuppressionPolicy? = nil, consent: ConsentPolicy? = nil, order: OrderPolicy = .none,
        maximumDeliveries: UInt8? = nil
    ) {
        self.routes = routes
        self.timeout = timeout
        self.waiting = waiting
        self.deduplication = deduplication
        self.retry = retry
        self.breaker = breaker
        self.limits = limits
        self.fallbacks = fallbacks
        self.outlierEjection = outlierEjection
        self.concurrency = concurrency
        self.bulkheads = bulkheads
        self.shedding = shedding
        self.routing = routing
        self.suppression = suppression
        self.consent = consent
        self.order = order
        self.maximumDeliveries = maximumDeliveries
    }

    /// Attempts on one channel that are counted where there is a fallback; `RetryPolicy.attempts` beyond it are cut to it. Without a
    /// fallback 255 are.
    public static let mostAttemptsWithFallback = 255 / DeliveryPlan.stepsPerWay

    /// What it asks stores for: each kind needs one.
    public var stateKinds: [StateKind] { StateAccesses.kinds(of: self) }

    /// Whether `Notification.recipient` and `tenant` matter: if not, a host may spare itself the trouble of finding them out.
    public var readsSenderAndRecipient: Bool {
        bulkheads?.tenant != nil || routing.readsSenderAndRecipient || Safety.isNeeded(by: self)
    }

    /// Whether `Notification.priority`, `zone`, `collapseKey` and `registered` matter: likewise.
    public var readsTraits: Bool {
        shedding?.admission != nil || suppression != nil || routing.readsTraits
    }

    /// What a notification in backoff holds.
    public enum Waiting: String, CaseIterable, Sendable {
        /// Its slot and its offset.
        case hold
        /// Its offset only.
        case park
        /// Neither: it goes through a retry topic.
        case retryTopic = "retry-topic"
    }

    /// Equivalent providers for one channel and platform (`platform` `.none`: any). Each attempt goes to one of those that are
    /// available and have not yet failed this notification, at random by weight.
    public struct Route: Equatable, Sendable {
        public var channel: Channel
        public var platform: Platform
        /// Equivalents with weights, 1 to `mostProviders`: each is chosen as often as its weight is of the sum, wherever it stands.
        /// 0: a stand-by, for when none with a weight is left; of several stand-bys the first.
        public var providers: [(provider: ProviderIndex, weight: UInt32)]

        /// A dispatcher remembers in as many bits who has failed a notification, and uses no provider beyond these.
        public static let mostProviders = 32

        public init(channel: Channel, platform: Platform, providers: [(provider: ProviderIndex, weight: UInt32)]) {
            self.channel = channel
            self.platform = platform
            self.providers = providers
        }

        public static func == (left: Route, right: Route) -> Bool {
            left.channel == right.channel && left.platform == right.platform
                && left.providers.elementsEqual(right.providers) {
                    $0.provider == $1.provider && $0.weight == $1.weight
                }
        }
    }

    /// De-duplication by idempotency key through a store's look-up: looked up before the first send, written after
    /// success.
    ///
    /// Scope: fleet, through the store of `StateKind.deduplication`. Fails open by default; a write that is lost lets a later
    /// duplicate through.
    public struct Deduplication: Equatable, Sendable {
        /// How long a key is remembered. Default 24 h (Stripe's API, "Idempotent requests": keys may be removed after 24 hours).
        public var window: Interval
        /// Default `open`: an occasional duplicate does less harm than a code that comes too late.
        public var onFailure: OnFailure
        /// Time that a look-up may take before it counts as failed. Default 100 ms: estimate.
        public var timeout: Interval

        public init(
            window: Interval = .hours(24), onFailure: OnFailure = .open, timeout: Interval = .milliseconds(100)
        ) {
            self.window = window
            self.onFailure = onFailure
            self.timeout = timeout
        }

        /// When the look-up fails: `open` sends all the same (a duplicate is possible), `closed` waits and looks again.
        public enum OnFailure: String, CaseIterable, Sendable { case open, closed }
    }

    /// The most attempts per second at one provider, retries, probes and copies included: what is beyond waits, in memory.
    ///
    /// Scope: replica: a host gives each dispatcher its share of the fleet's rate and burst. No store is asked, so none can fail. As
    /// each share is one attempt at least, a fleet of n dispatchers sends n at once after a pause, however small its burst; and
    /// a dispatcher that starts has a full burst.
    public struct RateLimit: Equatable, Sendable {
        public var provider: ProviderIndex
        /// Attempts per second through this dispatcher, in millionths, so that small shares stay exact. 0: after the burst none.
        public var ratePerSecondMicros: Int64
        /// Attempts at once after a pause, at least 1 (less counts as 1).
        public var burst: Int64
        public var algorithm: Algorithm
        /// GCRA: how far before its theoretical time an attempt may come. Nil: as far as makes `burst` attempts at once.
        public var tolerance: Interval?

        public init(
            provider: ProviderIndex, ratePerSecondMicros: Int64, burst: Int64, algorithm: Algorithm = .tokenBucket,
            tolerance: Interval? = nil
        ) {
            self.provider = provider
            self.ratePerSecondMicros = ratePerSecondMicros
            self.burst = burst
            self.algorithm = algorithm
            self.tolerance = tolerance
        }

        public enum Algorithm: String, CaseIterable, Sendable {
            /// A token comes every 1/rate, up to `burst` of them (`TokenBucket`).
            case tokenBucket = "token-bucket"
            /// The generic cell rate algorithm (`GenericCellRate`).
            case gcra
        }
    }

    /// When a channel has failed for good, or `after` has passed since the notification was created: try another channel.
    ///
    /// Scope: the notification: nothing is kept beside it and no store is asked, so that nothing can fail open or closed. A channel is
    /// tried once, so the way ends. An attempt of which nobody knows the outcome may have arrived: the recipient may hear it twice.
    public struct Fallback: Equatable, Sendable {
        public var from: Channel
        public var to: Channel
        /// Nil, the default of scenarios: only on failure.
        public var after: Interval?

        public init(from: Channel, to: Channel, after: Interval?) {
            self.from = from
            self.to = to
            self.after = after
        }
    }
}
