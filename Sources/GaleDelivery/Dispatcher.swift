// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Routes, sends, retries, limits and settles notifications, without doing any of it: it takes inputs and names actions.
///
/// A host reads a queue, talks to providers and stores, and keeps time and slots; the dispatcher decides. It has no
/// clock, thread, socket or random source. Its state is volatile: after a crash the queue delivers again what was not settled.
///
///     let dispatcher = Dispatcher(policy: policy, providers: providers)
///     var actions = Actions()
///     while let event = await host.next() {             // a message, an answer, a timer, a free slot
///         dispatcher.handle(event.input, now: host.now, random: host.random(), into: &actions)
///         for index in 0..<actions.count {
///             switch actions[index] {
///             case .send(let attempt, _, let reference, let key, let timeout, let provider, _):
///                 host.post(reference, key, to: provider, timeout) { .responded(attempt, $0) }
///             case .lookUp(let lookup, _, let read):
///                 host.stores[read.kind].get(read) { .lookedUp(lookup, $0) }
///             case .write(_, let write): host.stores[write.kind].apply(write)
///             case .wake(let timer, let at): host.timers.set(at) { .woken(timer) }
///             case .hold: break                         // for the books
///             case .release: host.slots.free()          // its offset stays uncommitted
///             case .acquire(let chain, _): host.slots.take { .granted(chain) }
///             case .requeue(let reference, let at, let attempts, let level, _):
///                 host.retryTopics[level].publish(reference, at, attempts)
///                 host.commit(reference)                // and the slot is free
///             case .cancel(let attempt, _): host.breakOff(attempt)
///             case .settle(let reference, _): host.commit(reference)   // and the slot, if it held one
///             }
///         }
///         actions.removeAll()
///     }
///
/// Actions are carried out in their order. Every chain that was consumed ends with exactly one `.settle` or `.requeue`.
/// A chain that waits without a slot (`park`) may be settled without being granted one. `attempts` in `.requeue` is to come back
/// unchanged as `Notification.previousAttempts`: it is the place on the notification's way, that is the attempts on
/// this channel and `RetryPolicy.attempts` for each channel already left.
///
/// Time must not run backwards. The same inputs, times and random words give the same actions.
///
/// - Complexity: O(1) per input; in the equivalents of a route, in the routes of a provider whose breaker closes, and in the
///   chains that a queue lets go (each of those once). No allocation once its pools have grown; 48 bytes a chain.
public final class Dispatcher {
    /// Bytes of state for one notification.
    public static let bytesPerChain = MemoryLayout<Chain>.stride

    @usableFromInline let core: DispatcherCore

    /// - Parameters:
    ///   - policy: limits, budget and breaker in it are this dispatcher's own share. It names providers by their place in `providers`.
    ///   - providers: at least one.
    public init(policy: Policy, providers: [ProviderDescription]) {
        core = DispatcherCore(policy: policy, providers: providers)
    }

    /// With room for so many notifications at once, rounded up to 64: for tests.
    package init(policy: Policy, providers: [ProviderDescription], mostChains: Int) {
        core = DispatcherCore(policy: policy, providers: providers, mostChains: mostChains)
    }

    deinit { core.deallocate() }

    /// Takes one input and appends what is to be done.
    ///
    /// `random` is a uniform word for this input; jitter and the choice among equivalents come from it alone. It is asked for
    /// at most once, and not at all on the straight way of a message: look-up, send, success.
    @inlinable @inline(__always)
    public func handle(
        _ input: Input, now: Instant, random: @autoclosure () -> UInt64, into actions: inout Actions
    ) {
        switch input {
        case .consumed(let notification):
            if core.consumedStraight(notification, at: now.nanoseconds, &actions) { return }
        case .lookedUp(let lookup, let answer):
            if case .absent = answer, core.absentStraight(lookup, at: now.nanoseconds, &actions) { return }
        case .responded(let attempt, let response):
            if core.succeededStraight(
                attempt, status: response.status, reason: response.reason, at: now.nanoseconds, &actions)
            {
                return
            }
        case .granted, .woken, .consentChanged: break
        }
        core.handle(input, now: now.nanoseconds, random: random(), &actions)
    }

    /// Asks for the record of an attempt or a chain, and for what its answer will look at besides, for a host that knows a little
    /// ahead which answer comes next. What lies there is not looked at: it may be another's by now.
    public func prefetch(_ identifier: UInt64) {
        let slot = Identifier.slot(identifier)
        guard slot < core.state.pointee.chains.extent else { return }
        let record = UnsafeRawPointer(core.chain(slot))
        GalePrimitives.prefetch(record)
        GalePrimitives.prefetch(record + MemoryLayout<Chain>.size - 1)
        // What every message reads or writes stands first; its first line is here already.
        let state = UnsafeRawPointer(core.state)
        GalePrimitives.prefetch(state + 64)
        GalePrimitives.prefetch(state + 128)
        core.state.pointee.chains.prefetchFree(slot)
        if core.state.pointee.crowded != 0 { core.prefetchCrowd() }
    }

    /// Where the record of the next notification will be, if it had another before.
    public var nextAddress: UnsafeRawPointer? { core.state.pointee.chains.next.map { UnsafeRawPointer($0) } }

    /// `handle` without the straight way, to which it must be equal: for tests.
    package func handleGenerally(_ input: Input, now: Instant, random: UInt64, into actions: inout Actions) {
        core.handle(input, now: now.nanoseconds, random: random, &actions)
    }

    public var counters: DeliveryCounters { core.state.pointee.counters }

    /// Notifications that were consumed and not yet settled or handed to the retry topic.
    public var unsettled: Int { core.state.pointee.chains.count - core.state.pointee.goneChains }

    /// Notifications in backoff, in a wait queue or waiting for a slot.
    public var waiting: Int { core.state.pointee.waitingChains }

    /// The most notifications there ever were at once.
    public var peak: Int { core.state.pointee.chains.peak }

    /// How often a provider's breaker took each of its edges.
    public func breakerTransitions(_ provider: ProviderIndex) -> BreakerTransitions {
        precondition(Int(provider.rawValue) < core.state.pointee.providerCount)
        return core.state.pointee.providers[Int(provider.rawValue)].breaker.transitions
    }

    /// Whether retries have waited for an admission, a budget that was used up, say, and whether none did any more after that.
    package var retryAdmission: (wasAwaited: Bool, wasFreeAgain: Bool) {
        let gates = UnsafeBufferPointer(start: core.state.pointee.gates, count: core.state.pointee.gateCount)
        let wasFreeAgain = gates.contains { $0.wasFreeAgain }
        return (wasFreeAgain || gates.contains { $0.isAwaited }, wasFreeAgain)
    }

    /// Whether a provider's breaker lets nothing through, as of the last input.
    public func isBreakerOpen(_ provider: ProviderIndex) -> Bool { breakerState(provider) == .open }

    /// The most attempts that may be under way at a provider now, by its concurrency limit; nil: it has none.
    public func concurrencyLimit(_ provider: ProviderIndex) -> Int? {
        guarded(provider).flatMap { $0.pointee.hasLimit ? Int($0.pointee.limit.limit) : nil }
    }

    /// Attempts under way at a provider; nil where no policy asks how many.
    public func inFlight(_ provider: ProviderIndex) -> Int? { guarded(provider).map { Int($0.pointee.inFlight) } }

    private func guarded(_ provider: ProviderIndex) -> UnsafeMutablePointer<ProviderGuard>? {
        precondition(Int(provider.rawValue) < core.state.pointee.providerCount)
        return core.state.pointee.guards.map { $0.pointee.providers + Int(provider.rawValue) }
    }

    /// Where an attempt under way was sent, or one that has just been; nil: its notification has ended.
    package func provider(of attempt: AttemptID) -> ProviderIndex? {
        core.living(attempt.rawValue).map { ProviderIndex(rawValue: core.chain($0).pointee.provider) }
    }

    /// Collapse keys of which a notification is away in a retry topic: for tests.
    package var keysAway: Int { core.state.pointee.routing.away.count }

    /// Tenants that hold or await a permit: for tests.
    package var activeTenants: Int { core.state.pointee.guards?.pointee.tenants.count ?? 0 }

    /// Probes of a half-open breaker that went out and that nothing is known of: for tests.
    package func missingProbes(_ provider: ProviderIndex) -> Int64 {
        core.state.pointee.providers[Int(provider.rawValue)].breaker.missingProbes
    }

    package func breakerState(_ provider: ProviderIndex) -> CircuitBreaker.State {
        precondition(Int(provider.rawValue) < core.state.pointee.providerCount)
        return core.state.pointee.providers[Int(provider.rawValue)].breaker.state
    }

    /// Attempts under way and retries as Envoy's budget counts them; 0 with other admissions: for invariants in tests.
    package var underWay: (attempts: Int64, retries: Int64) {
        (0..<core.state.pointee.gateCount).reduce(into: (0, 0)) { sum, gate in
            sum.0 += core.state.pointee.gates[gate].concurrency.active
            sum.1 += core.state.pointee.gates[gate].concurrency.retries
        }
    }

    /// Length, wakes and promises of each wait queue, those of admissions last: for invariants in tests.
    package var queues: [(count: Int, promised: Int, wakeAt: Instant?)] {
        (0..<core.queue(ofGate: core.state.pointee.gateCount)).map { index in
            let queue = core.state.pointee.queues[index]
            let wake = queue.wakeAt == .max ? nil : Instant(nanoseconds: queue.wakeAt)
            return (queue.count, queue.promised, wake)
        }
    }
}
