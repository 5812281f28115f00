// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Attempts under way: counted, timed, and limited by provider and by tenant; and what isn't worth beginning.
///
/// An attempt is under way from its send to its answer, which the host reports also for chains that have ended; or until nobody
/// waits for it any more (`withdrawCall`), as its answer may then never be reported.
extension DispatcherCore {
    /// The equivalents of a route that no outlier ejection takes out, by place, as bits.
    @inline(__always)
    func usable(_ route: Int) -> UInt32 {
        guard let outliers = state.pointee.guards?.pointee.outliers else { return .max }
        return outliers[route].usable(at: state.pointee.now)
    }

    // MARK: Calls

    /// How long the call took of which the input at hand is the end; 0 where nobody asks.
    @inline(__always)
    var callDuration: Int64 { state.pointee.guards?.pointee.duration ?? 0 }

    /// An attempt goes out.
    func noteCall(_ identifier: UInt64, _ slot: UInt32, _ provider: UInt16, _ route: Int, place: Int32) {
        guard let guards = state.pointee.guards else { return }
        let guarded = guards.pointee.providers + Int(provider)
        guarded.pointee.inFlight += 1
        #if PlantedBugs
            if guarded.pointee.hasRate && !isPlanted(.quotaCountedAfterSend) { guarded.pointee.rate.take() }
        #else
            if guarded.pointee.hasRate { guarded.pointee.rate.take() }
        #endif
        if guarded.pointee.followsRate { guarded.pointee.clientRate.take() }
        var tenant: UInt32 = 0
        if guards.pointee.hasTenants {
            // From here on the permit is the attempt's.
            tenant = guards.pointee.notes[slot].pointee.tenant
            guards.pointee.notes[slot].pointee.holdsPermit = false
        }
        guards.pointee.calls.insert(
            Call(
                identifier: identifier, sent: state.pointee.now, inFlight: UInt32(clamping: guarded.pointee.inFlight),
                tenant: tenant, provider: provider, route: UInt8(truncatingIfNeeded: route),
                place: UInt8(truncatingIfNeeded: place - state.pointee.plan.routes[route].first)))
    }

    /// An attempt has its answer, whatever became of its chain.
    func endCall(_ identifier: UInt64, _ response: ProviderResponse, _ guards: UnsafeMutablePointer<Guards>) {
        guard let call = guards.pointee.calls.remove(identifier) else {
            guards.pointee.duration = 0
            return
        }
        let now = state.pointee.now
        let duration = now - call.sent
        guards.pointee.duration = duration
        release(call, guards)
        #if PlantedBugs
            if isPlanted(.leakedSlot), response.reason == .timedOut {
                guards.pointee.providers[Int(call.provider)].inFlight += 1
            }
        #endif
        let verdict = Taxonomy.classify(state.pointee.providers[Int(call.provider)].dialect, response)
        let guarded = guards.pointee.providers + Int(call.provider)
        guarded.pointee.latency.record(duration, at: now)
        if guarded.pointee.followsRate {
            guarded.pointee.clientRate.answered(isThrottled: verdict.errorClass == .throttled, at: now)
            // The rate may have risen.
            guards.pointee.freed |= guards.pointee.routes[Int(call.provider)]
        }
        if guarded.pointee.hasLimit {
            if guarded.pointee.limit.wantsJitter { guarded.pointee.limit.renewJitter(draw()) }
            guarded.pointee.limit.record(
                Self.sample(verdict, response), roundTrip: duration, inFlight: Int64(call.inFlight), at: now)
        }
        guards.pointee.outliers?[Int(call.route)]
            .record(host: Int(call.place), failure: Self.isOutlying(verdict), at: now)
    }

    /// Nobody waits for the answer of an attempt under way any more: its probe, its place and its tenant's permit come back.
    ///
    /// It would have taken longer still; where that is longer than a breaker or AIMD allows, it is slow to them. What works from
    /// the round trips themselves (Vegas, Gradient2) is told nothing, as this one isn't known.
    func abandonCall(_ identifier: UInt64, provider index: Int, epoch: UInt8) {
        let provider = state.pointee.providers + index
        guard let guards = state.pointee.guards, let call = guards.pointee.calls.remove(identifier) else {
            return provider.pointee.breaker.withdrawCall(epoch: epoch)
        }
        release(call, guards)
        let now = state.pointee.now
        let (guarded, least) = (guards.pointee.providers + index, now - call.sent)
        guarded.pointee.latency.recordAtLeast(least, at: now)
        if least > guarded.pointee.slowAfter {
            guarded.pointee.limit.record(.answered, roundTrip: least, inFlight: Int64(call.inFlight))
        }
        guard least > guarded.pointee.slowCall else { return provider.pointee.breaker.withdrawCall(epoch: epoch) }
        switch provider.pointee.breaker.record(failure: false, duration: least, epoch: epoch, at: now) {
        case .none: break
        case .opened: state.pointee.counters.breakersOpened += 1
        case .closed: guards.pointee.freed |= guards.pointee.routes[index]
        }
    }

    private func release(_ call: Call, _ guards: UnsafeMutablePointer<Guards>) {
        let guarded = guards.pointee.providers + Int(call.provider)
        guarded.pointee.inFlight -= 1
        if guarded.pointee.isCounted { guards.pointee.freed |= guards.pointee.routes[Int(call.provider)] }
        if guards.pointee.hasTenants { giveBackPermit(of: call.tenant, guards) }
    }

    /// What an answer says about the provider's load. As in Netflix's gRPC interceptor, refusals for load and silence are
    /// drops, and other trouble of the provider says nothing.
    private static func sample(_ verdict: Verdict, _ response: ProviderResponse) -> ConcurrencyLimit.Sample {
        if verdict.errorClass == .throttled || response.reason == .timedOut || response.reason == .connectionFailed
            || response.status == 503 || response.status == 421
        {
            return .dropped
        }
        return verdict.countsAgainstProvider ? .ignored : .answered
    }

    /// What Envoy's 5xx and local-origin errors are.
    private static func isOutlying(_ verdict: Verdict) -> Bool {
        verdict.countsAgainstProvider && verdict.errorClass != .throttled && verdict.errorClass != .stopSender
    }

    // MARK: Before a send

    /// Whether a notification that comes for the first time is taken on at all.
    func isAdmitted(_ notification: Notification) -> Bool {
        guard let guards = state.pointee.guards, guards.pointee.admits, notification.previousAttempts == 0 else {
            return true
        }
        return guards.pointee.admission.admits(
            notification.priority, key: notification.key,
            delay: age(of: notification.created.nanoseconds), at: state.pointee.now)
    }

    /// Whether a chain may be sent to an equivalent, or look for a slot to be sent from, as far as its deadline and
    /// its tenant go. If not, it has been seen to.
    func passesGuards(_ slot: UInt32, _ place: Int32, _ actions: inout Actions) -> Bool {
        guard let guards = state.pointee.guards else { return true }
        if chain(slot).pointee.flags.contains(.holdsSlot), isHopeless(slot, place) {
            leaveChannel(slot, .shed, .hopeless, &actions)
            return false
        }
        guard guards.pointee.hasTenants, !guards.pointee.notes[slot].pointee.holdsPermit else { return true }
        let note = guards.pointee.notes[slot]
        if guards.pointee.tenants.take(note.pointee.tenant, isNext: guards.pointee.isNextOfTenant) {
            note.pointee.holdsPermit = true
            return true
        }
        waitForPermit(slot, guards, &actions)
        return false
    }

    /// Whether an attempt at an equivalent isn't worth beginning, as its answer would come too late.
    func isHopeless(_ slot: UInt32, _ place: Int32) -> Bool {
        guard let guards = state.pointee.guards, guards.pointee.deadlineShare >= 0 else { return false }
        let guarded = guards.pointee.providers + Int(state.pointee.plan.equivalents[Int(place)].provider)
        let remaining = chain(slot).pointee.expires - state.pointee.now
        if guarded.pointee.latency.canMeet(
            remaining, shareMicros: guards.pointee.deadlineShare, at: state.pointee.now)
        {
            return false
        }
        state.pointee.counters.hopeless += 1
        return true
    }

    // MARK: Tenants

    /// Whether the chain's tenant may have one more attempt under way now; nobody waits for it.
    func takesPermit(_ slot: UInt32) -> Bool {
        guard let guards = state.pointee.guards, guards.pointee.hasTenants else { return true }
        let note = guards.pointee.notes[slot]
        if !note.pointee.holdsPermit {
            note.pointee.holdsPermit = guards.pointee.tenants.take(note.pointee.tenant, isNext: false)
        }
        return note.pointee.holdsPermit
    }

    /// Lets a chain wait in its tenant's queue, if that isn't full.
    private func waitForPermit(_ slot: UInt32, _ guards: UnsafeMutablePointer<Guards>, _ actions: inout Actions) {
        let note = guards.pointee.notes[slot]
        #if PlantedBugs
            let isBounded = !isPlanted(.unboundedQueue)
            let waiting = isBounded ? guards.pointee.tenants.tenant(note.pointee.tenant)?.waiting ?? 0 : 0
        #else
            let waiting = guards.pointee.tenants.tenant(note.pointee.tenant)?.waiting ?? 0
        #endif
        if waiting >= guards.pointee.tenantQueue { return settle(slot, .shed, &actions) }
        state.pointee.counters.count(.bulkhead)
        if state.pointee.waiting == .retryTopic { return requeueLater(slot, .bulkhead, &actions) }
        giveSlot(slot, .bulkhead, &actions)
        chain(slot).pointee.state = .queued
        state.pointee.waitingChains += 1
        watchDeadline(slot, &actions)
        note.pointee.next = TenantBulkhead.none
        let before = guards.pointee.tenants.append(slot, to: note.pointee.tenant)
        if before != TenantBulkhead.none { guards.pointee.notes[before].pointee.next = slot }
    }

    /// A permit that a chain holds on its way to a send is needed no more.
    func giveBackPermit(ofChain slot: UInt32) {
        guard let guards = state.pointee.guards, guards.pointee.hasTenants,
            guards.pointee.notes[slot].pointee.holdsPermit
        else { return }
        guards.pointee.notes[slot].pointee.holdsPermit = false
        giveBackPermit(of: guards.pointee.notes[slot].pointee.tenant, guards)
    }

    private func giveBackPermit(of tenant: UInt32, _ guards: UnsafeMutablePointer<Guards>) {
        if guards.pointee.tenants.giveBack(tenant) { guards.pointee.returned.append(tenant) }
    }

    /// Takes the first of a tenant's queue out if it has ended.
    @discardableResult
    func removeGone(_ tenant: TenantBulkhead.Tenant, _ guards: UnsafeMutablePointer<Guards>) -> Bool {
        let slot = tenant.first
        guard tenant.waiting > 0, chain(slot).pointee.state == .gone else { return false }
        guards.pointee.tenants.removeFirst(of: tenant.number, next: guards.pointee.notes[slot].pointee.next)
        close(slot)
        state.pointee.goneChains -= 1
        return true
    }

    // MARK: After an input

    /// Lets those go on for whom the input has made room.
    func passOnRoom(_ guards: UnsafeMutablePointer<Guards>, _ actions: inout Actions) {
        var freed = guards.pointee.freed & state.pointee.crowded
        guards.pointee.freed = 0
        while freed != 0 {
            pump(freed.trailingZeroBitCount, &actions)
            freed &= freed - 1
        }
        var left = Self.batch
        while left > 0, !guards.pointee.returned.isEmpty {
            pump(tenant: guards.pointee.returned.popFirst(), guards, &left, &actions)
        }
        if !guards.pointee.returned.isEmpty {
            actions.append(
                .wake(TimerID(rawValue: Identifier.continuation), at: Instant(nanoseconds: state.pointee.now + 1)))
        }
    }

    private func pump(
        tenant number: UInt32, _ guards: UnsafeMutablePointer<Guards>, _ left: inout Int, _ actions: inout Actions
    ) {
        while let tenant = guards.pointee.tenants.tenant(number), tenant.waiting > 0,
            tenant.held < guards.pointee.tenants.limit
        {
            if left == 0 { return guards.pointee.returned.append(number) }
            left -= 1
            if removeGone(tenant, guards) { continue }
            let slot = tenant.first
            guards.pointee.tenants.removeFirst(of: number, next: guards.pointee.notes[slot].pointee.next)
            state.pointee.deadlines.remove(slot)
            state.pointee.waitingChains -= 1
            guards.pointee.isNextOfTenant = true
            _ = proceed(slot, [], &actions)
            guards.pointee.isNextOfTenant = false
        }
    }
}
