// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What is looked at when an attempt leaves.
extension DeliveryAudit {
    func checkRate(_ send: Send, _ rates: UnsafeMutablePointer<RateMeter?>, _ now: Int64) {
        let place = rates + (send.replica * providers.count + send.provider)
        guard place.pointee?.record(at: now) == false, let meter = place.pointee else { return }
        note(
            .rateLimit, send, now, providers[send.provider].name,
            "\(meter.excess) more than its limit to \(providers[send.provider].name) by replica \(send.replica)")
    }

    func checkBudget(
        _ send: Send, _ trace: UnsafeMutablePointer<AttemptTrace>, _ budgets: UnsafeMutablePointer<RetryMeter>,
        _ now: Int64
    ) {
        guard trace.pointee.attempts > 0 || send.isRequeued else {
            if !trace.pointee[.hasSent] { budgets[budget(send.replica, send.provider)].first(at: now) }
            return
        }
        // Elsewhere the first attempt on another channel, and what comes back from the dead letters, is free.
        let isFirst = trace.pointee.attempts == 0
        if isFirst ? !paysAfterRetryTopic || trace.pointee[.hasSent] : !trace.pointee.isOn(send.channel) {
            return
        }
        let payer = isFirst ? send.provider : Int(trace.pointee.provider)
        let decided = trace.pointee[.isPrepaid] ? trace.pointee.decided : nil
        if let beyond = budgets[budget(send.replica, payer)].retry(at: now, decidedIn: decided) {
            note(
                .retryBudget, send, now, budgetsPerReplica == 1 ? "" : providers[payer].name,
                "\(beyond.retries) retries in a window that allows \(beyond.allowed), by replica \(send.replica)")
        }
    }

    func budget(_ replica: Int, _ provider: Int) -> Int {
        budgetsPerReplica == 1 ? replica : replica * budgetsPerReplica + provider
    }

    func checkMoney(
        _ send: Send, _ trace: UnsafeMutablePointer<AttemptTrace>, _ meter: UnsafeMutablePointer<SpendingMeter>,
        _ now: Int64
    ) {
        let isWithin = meter.pointee.pay(prices[send.provider], at: now)
        trace.pointee.period = UInt32(truncatingIfNeeded: meter.pointee.period)
        if isWithin { return }
        note(
            .money, send, now, "",
            "\(meter.pointee.spent) millionths spent in a period by replica \(send.replica)")
    }

    func checkRecipient(_ send: Send, _ now: Int64) {
        if send.isObjectedTo {
            note(
                .consent, send, now, send.channel.name,
                "sent on \(send.channel.name) although its recipient objects and every replica was told")
        }
        if let quiet, quiet.forbids(send.channel, send.priority, zone: send.zone, at: now) {
            let minute = quiet.minute(in: send.zone, at: now)
            let clock = "\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
            note(
                .quietHours, send, now, send.channel.name,
                "sent on \(send.channel.name) at \(clock) on its recipient's wall")
        }
    }

    func checkFlights(_ send: Send, _ now: Int64) {
        let here = flights.begin(send.replica, send.provider, send.tenant)
        let most = mostUnderWay[send.provider]
        if here.provider > most {
            note(
                .queueBound, send, now, "attempts at \(providers[send.provider].name)",
                "\(here.provider) attempts under way at \(providers[send.provider].name), at most \(most) may be")
        }
        if here.tenant > mostOfTenant {
            note(
                .queueBound, send, now, "attempts of a tenant",
                "\(here.tenant) attempts under way for tenant \(send.tenant), at most \(mostOfTenant) may be")
        }
    }

    /// One more of a tenant's waits for attempts of that tenant to end.
    func joinTenantQueue(
        _ trace: UnsafeMutablePointer<AttemptTrace>, _ message: UInt64, _ replica: Int, _ tenant: UInt32, _ now: Int64
    ) {
        trace.pointee[.isInTenantQueue] = true
        let waiting = flights.waits(replica, tenant)
        guard let most = tenantQueue, waiting > most else { return }
        log.note(
            .queueBound, message: message, at: Instant(nanoseconds: now),
            key: "policy \(name), stage \(stage), queue of a tenant",
            cause: "\(waiting) of tenant \(tenant) wait for its attempts to end, at most \(most) may")
    }

    func leaveTenantQueue(_ trace: UnsafeMutablePointer<AttemptTrace>, _ replica: Int, _ tenant: UInt32) {
        guard trace.pointee[.isInTenantQueue] else { return }
        trace.pointee[.isInTenantQueue] = false
        flights.leaves(replica, tenant)
    }

    func noteStuck(_ message: UInt64, _ replica: Int, _ way: UInt8, _ waited: Int64, _ now: Int64) {
        let channel = Channel(rawValue: way >> 2) ?? .push
        log.note(
            .breaker, message: message, at: Instant(nanoseconds: now),
            key: "policy \(name), stage \(stage), \(channel.name)",
            cause: "for \(Interval(nanoseconds: waited).inWords) no attempt on \(channel.name) by replica \(replica), "
                + "which says that a breaker is open")
    }

    func checkTurn(_ send: Send, _ trace: UnsafeMutablePointer<AttemptTrace>, _ now: Int64) {
        if trace.pointee.turn != .granted {
            leave(trace, send.replica, send.way, send.priority, send.tenant)
            // A retry may have had its turn long before, when nobody was told, and have waited for a slot since: it is no turn of
            // its tenant's more, and its tenant has not waited in vain.
            if trace.pointee[.hasSent] { pass(send) } else { serve(send, now) }
        }
        trace.pointee.turn = .none
    }

    func pass(_ send: Send) {
        turns.passes(Turns.Line(send.replica, send.way, lane(send.priority)), send.tenant)
    }

    func serve(_ send: Send, _ now: Int64) {
        let line = Turns.Line(send.replica, send.way, lane(send.priority))
        guard let passed = turns.serves(line, send.tenant) else { return }
        note(
            .fairness, send, now, "",
            "tenant \(passed) waited while \(send.tenant) was served over \(AuditedPromises.turnsBound) times")
    }

    func leave(
        _ trace: UnsafeMutablePointer<AttemptTrace>, _ replica: Int, _ way: UInt8, _ priority: Priority,
        _ tenant: UInt32
    ) {
        if trace.pointee.turn == .waiting { turns.leaves(Turns.Line(replica, way, lane(priority)), tenant) }
        trace.pointee.turn = .none
    }

    func lane(_ priority: Priority) -> UInt8 { hasLanes ? priority.rawValue : 0 }

    private func note(_ invariant: Invariant, _ send: Send, _ now: Int64, _ key: String, _ cause: String) {
        log.note(
            invariant, message: send.message, at: Instant(nanoseconds: now),
            key: "policy \(name), stage \(stage)" + (key.isEmpty ? "" : ", \(key)"), cause: cause)
    }
}

extension WaitReason {
    /// Whether a queue in front of a route's providers is why, in which tenants may take turns.
    var isForRoute: Bool {
        switch self {
        case .breaker, .rateLimit, .noRoute, .concurrency, .money: true
        case .backoff, .budget, .order, .bulkhead, .quietHours, .seen, .deadLetter: false
        }
    }
}
