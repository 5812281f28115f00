// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What routing needs of a chain beside its record; kept only where a `RoutingPolicy` is on.
struct RoutedChain: BitwiseCopyable {
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// The app took it, and whether it was seen there is still to be asked.
        static let awaitsSeen = Flags(rawValue: 1)
        /// The app took it: whatever becomes of the rest, it was delivered.
        static let acceptedInApp = Flags(rawValue: 2)
        /// A later one has its collapse key; it ends when it has its slot.
        static let replaced = Flags(rawValue: 4)
        /// It is the one that its collapse key leads to.
        static let isIndexed = Flags(rawValue: 8)
        /// A later one with its collapse key came while an attempt was under way, or had been taken in the app: it is not sent again.
        static let isOutdated = Flags(rawValue: 16)
        /// It has a collapse key.
        static let isCollapsible = Flags(rawValue: 32)
        /// It was on the step before its own way.
        static let wasInApp = Flags(rawValue: 64)
    }

    var recipient: UInt64 = 0
    /// Of recipient and collapse key, where it is collapsible.
    var collapseKey: UInt64 = 0
    /// When it came to its channel, and to the provider of its last attempt there.
    var channelSince: Int64 = 0
    var providerSince: Int64 = 0
    /// When it came to its wait queue, or when the app took it.
    var since: Int64 = 0
    /// What its last attempt cost, and the number of the money's period then.
    var paid: Int64 = 0
    var period: Int64 = 0
    var tenant: UInt32 = 0
    var zone = TimeZoneIndex.unknown
    var priority = Priority.normal
    /// The first step of its own channel.
    var home: UInt8 = 0
    var flags: Flags = []
}

/// A `RoutingPolicy`, compiled, and its state.
struct RoutingRules {
    /// Whether anything here matters at all.
    let isOn: Bool
    /// Whether providers are chosen by more than their weights.
    let isSelective: Bool
    let choice: ProviderChoice
    let hasMoney: Bool
    let goesOnWithCheapest: Bool
    let collapses: Bool
    let hasTiers: Bool
    /// By provider: millionths of the currency's unit.
    let prices: UnsafeMutablePointer<Int64>
    /// By place among the plan's equivalents: none of its route costs less.
    let isCheapest: UnsafeMutablePointer<Bool>
    /// By provider.
    let healths: UnsafeMutablePointer<ProviderHealth>
    var money: MoneyBudget
    let quiet: QuietClock?
    private let zones: Unmanaged<TimeZoneTable.Storage>?
    /// Nanoseconds; `Int64.max`: never.
    let providerTier: Int64
    let channelTier: Int64
    let messageTier: Int64
    let cap: CapRule
    let presence: PresenceRule
    /// From recipient and collapse key to the chain that waits with it.
    var collapsible = HashIndex()
    /// Where there is a retry topic: the keys of what is in it.
    var away = KeysAway()
    var chains = ChainPages(blank: RoutedChain())

    init(_ policy: RoutingPolicy, plan: DeliveryPlan, providerCount: Int) {
        isOn = policy.isOn
        choice = policy.choice
        hasMoney = policy.money?.budgetMicros != nil
        isSelective = !choice.isEmpty || hasMoney
        goesOnWithCheapest = policy.money?.whenUsedUp == .cheapest
        collapses = policy.collapses
        prices = .allocate(capacity: providerCount)
        prices.initialize(repeating: 0, count: providerCount)
        for price in policy.money?.prices ?? [] where Int(price.provider.rawValue) < providerCount {
            prices[Int(price.provider.rawValue)] = max(0, price.micros)
        }
        healths = .allocate(capacity: providerCount)
        healths.initialize(repeating: ProviderHealth(), count: providerCount)
        isCheapest = .allocate(capacity: max(1, plan.equivalentCount))
        isCheapest.initialize(repeating: false, count: max(1, plan.equivalentCount))
        money = MoneyBudget(policy.money ?? MoneyPolicy(prices: []))
        zones = policy.quietHours.map { Unmanaged.passRetained($0.zones.storage) }
        quiet = policy.quietHours.map(QuietClock.init)
        providerTier = policy.deadlines.provider?.nanoseconds ?? .max
        channelTier = policy.deadlines.channel?.nanoseconds ?? .max
        messageTier = policy.deadlines.message?.nanoseconds ?? .max
        hasTiers = policy.deadlines != .none
        cap = CapRule(policy.cap)
        presence = PresenceRule(policy.presence)
        for route in 0..<plan.routeCount {
            let members = plan.routes[route]
            let places = (members.first..<members.first + members.count).map(Int.init)
            let least = places.map { prices[Int(plan.equivalents[$0].provider)] }.min()
            for place in places { isCheapest[place] = prices[Int(plan.equivalents[place].provider)] == least }
        }
    }

    func deallocate() {
        prices.deallocate()
        healths.deallocate()
        isCheapest.deallocate()
        zones?.release()
        collapsible.deallocate()
        away.deallocate()
        chains.deallocate()
    }
}

/// A frequency cap, compiled.
struct CapRule: BitwiseCopyable {
    /// Bit i: channel i is capped; 0: none.
    let channels: UInt8
    /// Priorities below this number bypass it.
    let bypass: UInt8
    let limit: Int32

    init(_ policy: FrequencyCap?) {
        channels = policy?.channels.reduce(0) { $0 | 1 << $1.rawValue } ?? 0
        bypass = policy?.bypass.map { $0.rawValue + 1 } ?? 0
        limit = Int32(clamping: policy?.limit ?? 0)
    }
}

/// Presence, compiled.
struct PresenceRule: BitwiseCopyable {
    /// Bit i: before channel i the app is tried; 0: before none.
    let channels: UInt8
    /// Nanoseconds.
    let recency: Int64
    /// Nanoseconds; `Int64.max`: seen or not, the app's is the end of the matter.
    let seenWithin: Int64

    init(_ policy: PresencePolicy?) {
        channels = policy?.channels.reduce(0) { $0 | 1 << $1.rawValue } ?? 0
        recency = policy?.recency.nanoseconds ?? 0
        seenWithin = policy?.seenWithin?.nanoseconds ?? .max
    }
}
