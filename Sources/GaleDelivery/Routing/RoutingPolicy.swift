// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Where and when a notification goes: which of a route's providers, on which channel first, when at the earliest, when at
/// the latest, and before whom. Everything is off by default.
public struct RoutingPolicy: Equatable, Sendable {
    /// What counts among a route's available providers beside their weights.
    public var choice: ProviderChoice
    public var money: MoneyPolicy?
    public var deadlines: TierDeadlines
    public var presence: PresencePolicy?
    public var quietHours: QuietHours?
    public var cap: FrequencyCap?
    /// Whether `Notification.collapseKey` is looked at. Scope: replica: two that are read by different replicas don't meet.
    public var collapses: Bool
    /// Who goes first among those that wait for a provider or for the retry budget; nil: whoever came first.
    public var lanes: PriorityLanes.Discipline?
    /// Whether tenants take turns among those that wait, by deficit round robin (`FairQueue`). Scope: replica.
    public var isFair: Bool

    public init(
        choice: ProviderChoice = [], money: MoneyPolicy? = nil, deadlines: TierDeadlines = .none,
        presence: PresencePolicy? = nil, quietHours: QuietHours? = nil, cap: FrequencyCap? = nil,
        collapses: Bool = false, lanes: PriorityLanes.Discipline? = nil, isFair: Bool = false
    ) {
        self.choice = choice
        self.money = money
        self.deadlines = deadlines
        self.presence = presence
        self.quietHours = quietHours
        self.cap = cap
        self.collapses = collapses
        self.lanes = lanes
        self.isFair = isFair
    }

    /// Whether `Notification.recipient` and `tenant` matter to it.
    var readsSenderAndRecipient: Bool { presence != nil || cap != nil || collapses || isFair }

    /// Whether `Notification.priority`, `zone` and `collapseKey` matter to it.
    var readsTraits: Bool { readsSenderAndRecipient || quietHours != nil || lanes != nil }

    /// Whether it asks for anything.
    var isOn: Bool { self != RoutingPolicy() }
}

/// What counts, beside weights, in the choice among a route's available providers. Default: nothing else.
///
/// Scope: what a replica has seen of answers and sent of its own; no store is asked, so none can fail.
public struct ProviderChoice: OptionSet, Equatable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Weights count by the share of answers, lately, that were no failures of the provider (`ProviderHealth`).
    public static let health = ProviderChoice(rawValue: 1)
    /// Weights count by the share of the rate limit's burst that is left, so that what is nearly used up is spared.
    public static let quota = ProviderChoice(rawValue: 2)
    /// The cheapest come first, by `MoneyPolicy.prices`; weights decide among equals.
    public static let cost = ProviderChoice(rawValue: 4)
}

/// Nested deadlines: a provider's within a channel's within a message's. `none` by default.
///
/// Scope: the notification, by the clock of the replica that has it and the notification's creation; no store is asked, so none can
/// fail. A notification that the queue delivers anew begins its provider's and its channel's time anew, not the message's; one that
/// comes back through a retry topic keeps its channel's.
public struct TierDeadlines: Equatable, Sendable {
    /// After so long with one provider another of the route is preferred, if one is available. Nil: never.
    public var provider: Interval?
    /// After so long on one channel the next is tried, if there is one. Nil: never.
    public var channel: Interval?
    /// After so long since its creation it is worth nothing. Nil: at its own expiry.
    public var message: Interval?

    public init(provider: Interval? = nil, channel: Interval? = nil, message: Interval? = nil) {
        self.provider = provider
        self.channel = channel
        self.message = message
    }

    public static var none: TierDeadlines { TierDeadlines() }
    /// Courier's defaults: 5 minutes, 30 minutes, 72 hours ("Failover", docs of the Courier platform).
    public static var courier: TierDeadlines {
        TierDeadlines(provider: .minutes(5), channel: .minutes(30), message: .hours(72))
    }
}

/// A recipient who is in the app is told there first, and on the notification's own channel only when they haven't looked within
/// `seenWithin`.
///
/// Scope: fleet, through the store of `StateKind.presence`, which says when a recipient was last seen in the app. The in-app
/// message never waits: when it can't be sent at once, or fails, the notification goes on its own channel.
public struct PresencePolicy: Equatable, Sendable {
    /// Channels before which the app is tried. Default push.
    public var channels: [Channel]
    /// Whoever was seen within this time is there. Default 60 s: estimate, two beats of a client that says so each half minute.
    public var recency: Interval
    /// How long the in-app message may stay unseen; nil: it is the end of the matter. Default 30 s: estimate.
    public var seenWithin: Interval?
    /// When the store fails: `open`, the default, goes on the notification's own channel (it may be told twice), `closed` waits and asks
    /// again.
    public var onFailure: Policy.Deduplication.OnFailure
    /// Time that a look-up may take before it counts as failed. Default 100 ms: estimate.
    public var timeout: Interval

    public init(
        channels: [Channel] = [.push], recency: Interval = .seconds(60), seenWithin: Interval? = .seconds(30),
        onFailure: Policy.Deduplication.OnFailure = .open, timeout: Interval = .milliseconds(100)
    ) {
        self.channels = channels
        self.recency = recency
        self.seenWithin = seenWithin
        self.onFailure = onFailure
        self.timeout = timeout
    }
}
