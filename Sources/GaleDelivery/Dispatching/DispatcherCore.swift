// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A provider as the dispatcher keeps it, what every answer needs first.
struct ProviderState {
    /// By status, of its dialect.
    let verdicts: UnsafePointer<Verdict>
    let dialect: ProviderDialect
    /// It has neither a rate limit nor a limit on what is under way.
    let isUnlimited: Bool
    var breaker: CircuitBreaker
    var bucket: TokenBucket
    /// What else stands before it, where any policy does.
    let guarded: UnsafeMutablePointer<ProviderGuard>?
    /// Its retries' admission, its own or everybody's.
    let gate: UnsafeMutablePointer<RetryGate>

    /// Whether calls may start now at all: the breaker lets them through and there is a token.
    @inline(__always)
    mutating func isAvailable(at now: Int64) -> Bool {
        breaker.permits(at: now) > 0 && (isUnlimited || hasRoom(at: now))
    }

    private mutating func hasRoom(at now: Int64) -> Bool {
        if bucket.available(at: now) <= 0 { return false }
        guard let guarded else { return true }
        return guarded.pointee.room > 0 && (!guarded.pointee.hasRate || guarded.pointee.rate.conforms(at: now))
            && (!guarded.pointee.followsRate || guarded.pointee.clientRate.available(at: now) > 0)
    }

    /// Calls that may start now, the breaker aside; at most half the range, so that the sum of two fits.
    mutating func room(at now: Int64) -> Int64 {
        let tokens = bucket.available(at: now)
        guard let guarded else { return tokens }
        let conforming = guarded.pointee.hasRate ? guarded.pointee.rate.available(at: now) : .max / 2
        let following = guarded.pointee.followsRate ? guarded.pointee.clientRate.available(at: now) : .max / 2
        return min(tokens, conforming, following, guarded.pointee.room)
    }

    /// Whether calls may start without asking the time, and need neither token nor permit.
    @inline(__always)
    var isUnrestricted: Bool { breaker.state == .closed && isUnlimited }
}

/// The dispatcher's whole state; it lives behind one pointer, so that nothing on the way of a message is counted or checked.
/// What every message reads or writes stands first.
struct DispatcherState: ~Copyable {
    var chains: DenseSlab<Chain>
    let providers: UnsafeMutablePointer<ProviderState>
    /// Bit i: chains wait in queue i, or are on their way from it to a slot.
    var crowded: UInt32 = 0
    let deduplicates: Bool
    /// Whether the straight way is open at all: the policy asks nothing of it that only the general way does.
    let goesStraight: Bool
    /// Whether notifications come in on it.
    let beginsStraight: Bool
    let hasBudget: Bool
    /// Retries ask an admission before they are sent.
    let isMetered: Bool
    /// What admissions must be told how every attempt ends.
    let followsOutcomes: Bool
    /// Attempts on one channel.
    let attemptLimit: UInt8
    let timeout: Interval
    /// Of idempotency keys.
    let lookupTimeout: Interval
    /// Of idempotency keys.
    let window: Interval
    let plan: DeliveryPlan
    var counters = DeliveryCounters()

    let isRouted: Bool
    var routing: RoutingRules

    let retry: RetryRules
    /// By provider, or one for all.
    let gates: UnsafeMutablePointer<RetryGate>
    let gateCount: Int
    /// Gates whose queues may have room, linked; -1: none.
    var firstMarked: Int32 = -1
    var extras = ChainPages(blank: ChainExtra(generation: .max))
    /// Copies to come, all after the same delay: the chain's identifier with the wake's number.
    let hedges = Ring<HedgeWake>()
    /// When their wake will come, in nanoseconds; `Int64.max`: none was asked for. Its number, and when the last one came.
    var hedgeWakeAt: Int64 = .max
    var hedgeWakeSequence: UInt32 = 0
    var hedgeWokenAt: Int64 = -.max / 2
    /// When the next dead letter may come back, in nanoseconds.
    var nextReplay: Int64 = 0

    let providerCount: Int
    let accesses: StateAccesses
    /// One per route, then one per gate.
    let queues: UnsafeMutablePointer<WaitQueue>
    let backoff: Backoff
    let waiting: Policy.Waiting
    /// What looks at attempts under way, at tenants and deadlines; nil: no policy does.
    let guards: UnsafeMutablePointer<Guards>?
    /// What knows recipients; nil: no policy asks.
    let safety: UnsafeMutablePointer<Safety>?
    /// 255: no limit.
    let maximumDeliveries: UInt8
    /// Spread of retry-topic times, in nanoseconds, so that what waited for one moment doesn't come back in one.
    let spread: Int64

    /// Of the input at hand.
    var now: Int64 = 0
    var random: UInt64 = 0
    var waitingChains = 0
    /// Settled chains that a queue still links.
    var goneChains = 0
    /// Chains that wait for what has no wake of its own.
    var deadlines = WaitingDeadlines()
    /// The last notification that left a channel.
    var departure = Departure()
    /// Records that there may be.
    let chainLimit: UInt32

    #if PlantedBugs
        var plantedBug: PlantedBug?
    #endif
}

/// The handle through which everything happens: a pointer, copied freely.
@usableFromInline
struct DispatcherCore {
    /// Settled or moved at most this many per input, so that one input's work is bounded.
    static let batch = 1_024
    /// How many places ahead in a queue a chain is asked for.
    static let ahead = 12
    /// Chains of one queue that may be on their way to a slot: enough to keep the host busy, as each grant pulls the next.
    static let window = 64
    /// Chains that one look at a queue may send on to another, for what they miss there: those behind mostly miss the same,
    /// and thousands that wait for a route and for the budget would change places with every input.
    static let requeues = 16
    /// A waiting queue is looked at no later than this, so that what expired doesn't linger.
    static let sweep: Int64 = 1_000_000_000
    /// Tokens of a fast limit are handed out once in this time rather than one by one.
    static let coalescing: Int64 = 1_000_000

    let state: UnsafeMutablePointer<DispatcherState>

    /// The queue of those who wait for an admission.
    @inline(__always) func queue(ofGate gate: Int) -> Int { state.pointee.plan.routeCount + gate }

    /// The admission that a provider's retries ask, by number.
    @inline(__always) func gate(of provider: UInt16) -> Int { state.pointee.gateCount == 1 ? 0 : Int(provider) }

    /// The input's random word at first, then words derived from it (SplitMix64).
    @inline(__always)
    func draw() -> UInt64 {
        let word = state.pointee.random
        var z = word &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        state.pointee.random = z ^ (z >> 31)
        return word
    }

    @inline(__always)
    func chainID(_ slot: UInt32) -> ChainID {
        ChainID(rawValue: Identifier.make(slot: slot, generation: chain(slot).pointee.generation, serial: 0))
    }

    @inline(__always)
    func chain(_ slot: UInt32) -> UnsafeMutablePointer<Chain> { state.pointee.chains[slot] }

    /// The chain that an identifier names, if it still lives.
    @inline(__always)
    func living(_ raw: UInt64) -> UInt32? {
        let slot = Identifier.slot(raw)
        guard slot < state.pointee.chains.extent else { return nil }
        let chain = chain(slot)
        guard chain.pointee.generation == Identifier.generation(raw) else { return nil }
        return chain.pointee.state == .free || chain.pointee.state == .gone ? nil : slot
    }

    /// The chain that an identifier names, if it is in a state, other than `free` and `gone`.
    @inline(__always)
    func chain(_ raw: UInt64, in expected: Chain.State) -> UnsafeMutablePointer<Chain>? {
        let slot = Identifier.slot(raw)
        guard slot < state.pointee.chains.extent else { return nil }
        let chain = chain(slot)
        return chain.pointee.state == expected && chain.pointee.generation == Identifier.generation(raw) ? chain : nil
    }

    /// Whether there may be one more chain.
    @inline(__always)
    var hasRoomForChain: Bool { state.pointee.chains.hasRoom(below: state.pointee.chainLimit) }

    /// Takes a record and initialises it. Records never used before are zero, and so is their generation.
    @inline(__always)
    func open(_ notification: Notification, step: UInt8, attempts: UInt8) -> UInt32 {
        let slot = state.pointee.chains.allocate()
        initialize(chain(slot), notification, step: step, attempts: attempts)
        if let guards = state.pointee.guards {
            guards.pointee.notes[slot].pointee = ChainNote(tenant: notification.tenant)
        }
        if let safety = state.pointee.safety { safety.pointee.open(slot, notification) }
        return slot
    }

    /// Initialises a record, but for its generation.
    @inline(__always)
    func initialize(
        _ chain: UnsafeMutablePointer<Chain>, _ notification: Notification, step: UInt8, attempts: UInt8
    ) {
        let generation = chain.pointee.generation
        let isFresh = RetryTopicHeader(rawValue: notification.previousAttempts).isFresh
        chain.initialize(
            to: Chain(
                tried: 0, generation: generation, reference: notification.reference, key: notification.key,
                created: notification.created.nanoseconds, expires: notification.expires.nanoseconds,
                provider: Chain.noProvider, epoch: 0, state: .lookingUp,
                flags: isFresh ? [.holdsSlot, .fresh] : .holdsSlot, step: step,
                attempts: attempts, serial: 0))
    }

    /// Gives a record back; identifiers of its life become stale.
    @inline(__always)
    func close(_ slot: UInt32) {
        if state.pointee.guards != nil { giveBackPermit(ofChain: slot) }
        if state.pointee.retry.prepays { forgoRetry(slot) }
        if state.pointee.isRouted { unindex(slot) }
        if let safety = state.pointee.safety { safety.pointee.end(slot) }
        close(slot, chain(slot))
    }

    @inline(__always)
    func close(_ slot: UInt32, _ chain: UnsafeMutablePointer<Chain>) {
        chain.pointee.state = .free
        chain.pointee.generation = (chain.pointee.generation &+ 1) & Identifier.generationMask
        state.pointee.chains.free(slot)
    }

    /// Ends a chain.
    func settle(_ slot: UInt32, _ outcome: Outcome, _ actions: inout Actions) {
        let outcome = state.pointee.isRouted ? routedOutcome(slot, outcome, &actions) : outcome
        #if PlantedBugs
            if isPlanted(.deadLetterDropped), outcome == .deadLettered {
                actions.append(.settle(reference: chain(slot).pointee.reference, .delivered))
                return close(slot)
            }
            if isPlanted(.doubleSettle) {
                actions.append(.settle(reference: chain(slot).pointee.reference, outcome))
            }
        #endif
        actions.append(.settle(reference: chain(slot).pointee.reference, outcome))
        state.pointee.counters.count(outcome)
        close(slot)
    }

    /// Ends a chain as delivered, and remembers its key.
    func deliver(_ slot: UInt32, _ actions: inout Actions) {
        if state.pointee.isRouted && awaitsSeen(slot, &actions) { return }
        rememberKey(slot, &actions)
        settle(slot, .delivered, &actions)
    }

    /// Remembers a chain's key as delivered.
    func rememberKey(_ slot: UInt32, _ actions: inout Actions) {
        guard state.pointee.deduplicates else { return }
        let chain = chain(slot)
        actions.append(.write(reference: chain.pointee.reference, deliveredKey(chain.pointee.key)))
    }

    @inline(__always)
    func deliveredKey(_ key: UInt64) -> StateWrite {
        StateWrite(kind: .deduplication, key: key, .set(1), lifetime: state.pointee.window)
    }
}
