// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Watches one stage's dispatchers from outside: what they send, when, where, and what they were told, against what the
/// scenario's policy declares. It never asks a dispatcher, and shares no arithmetic with one.
///
/// There only where the policy promises something that has to be counted. What it knows of each job stands in the job's record.
package final class DeliveryAudit {
    /// One send, as the host sees it leave.
    package struct Send {
        package var message: UInt64
        package var replica: Int
        package var provider: Int
        package var channel: Channel
        package var tenant: UInt32 = 0
        package var priority = Priority.normal
        package var zone = TimeZoneIndex.unknown
        /// The queue among the policy's that its kind of notification waits in.
        package var way: UInt8 = 0
        /// It has come through a retry topic.
        package var isRequeued = false
        /// Its recipient objects to the channel, and the pipeline has been told.
        package var isObjectedTo = false

        package init(message: UInt64, replica: Int, provider: Int, channel: Channel) {
            self.message = message
            self.replica = replica
            self.provider = provider
            self.channel = channel
        }
    }

    package let policy: Policy
    let replicas: Int
    /// Replicas that share the policy's rates and money, those of other stages with them.
    private let fleet: Int
    let stage: String
    let name: String
    let providers: [ProviderDescription]
    let log: ViolationLog
    /// Whether a send's recipient matters: objections, zone and priority, or tenant.
    package let readsRecipient: Bool
    /// Whether turns matter, and so how waiting ends.
    package let watchesTurns: Bool
    /// Whether waiting matters, and how it ends.
    package var watchesWaits: Bool { watchesTurns || tenantQueue != nil }
    /// Whether it matters that a wait for a reason begins.
    @inline(__always)
    func hears(of reason: WaitReason) -> Bool { watchesWaits || reason == .breaker && patience != nil }
    let patience: BreakerPatience?
    let tenantQueue: Int?
    private let watchesFlights: Bool
    /// Whether a first attempt matters to its retry budget and to who waits for a breaker, and to nothing else.
    private let countsRetriesAlone: Bool
    /// Whether it matters to the retry budget which of several attempts failed last, and whether it matters when.
    private let isHedged: Bool
    private let prepays: Bool
    /// Whether what comes from a retry topic can only be a retry.
    let paysAfterRetryTopic: Bool
    // Behind pointers: every send touches them.
    /// By replica and provider; nil: no provider has a limit.
    let rates: UnsafeMutablePointer<RateMeter?>?
    /// By replica and budget; nil: none is counted.
    let budgets: UnsafeMutablePointer<RetryMeter>?
    let budgetsPerReplica: Int
    /// By replica; nil: no money is counted.
    let spending: UnsafeMutablePointer<SpendingMeter>?
    /// By provider: what an attempt costs, and how many may be under way; `Int.max`: any number.
    let prices: UnsafeMutablePointer<Int64>
    let mostUnderWay: UnsafeMutablePointer<Int>
    /// How many of one tenant's attempts may be under way.
    let mostOfTenant: Int
    let quiet: QuietTime?
    /// Whether who objects is not to be sent to even when nobody can be asked.
    let sparesObjectors: Bool
    let hasLanes: Bool
    let flights: Flights
    var turns: Turns

    /// - Parameters:
    ///   - policy: as declared for the fleet.
    ///   - name: the policy's.
    ///   - replicas: the stage's.
    ///   - fleet: the replicas of all stages that share the policy; nil: the stage's.
    /// - Returns: nil: the policy promises nothing that is counted here.
    package init?(
        _ policy: Policy, name: String, stage: String, replicas: Int, fleet: Int? = nil,
        providers: [ProviderDescription], log: ViolationLog
    ) {
        let promises = AuditedPromises(policy)
        guard promises.any else { return nil }
        self.policy = policy
        self.name = name
        self.stage = stage
        let replicas = max(1, replicas)
        let fleet = max(1, fleet ?? replicas)
        self.replicas = replicas
        self.fleet = fleet
        self.providers = providers
        self.log = log
        readsRecipient = promises.readsRecipient
        watchesTurns = promises.turns
        tenantQueue = promises.tenantQueue
        patience = promises.breakerPatience.map {
            BreakerPatience($0, stop: policy.breaker?.open, fallbacks: policy.fallbacks, replicas: replicas)
        }
        watchesFlights = promises.flights
        isHedged = promises.retries != nil && policy.retry.hedging != nil
        prepays = promises.retries != nil && promises.prepays
        paysAfterRetryTopic =
            policy.fallbacks.isEmpty && policy.retry.replay == nil && policy.routing.presence == nil
            && policy.routing.deadlines == .none
        rates = policy.limits.isEmpty ? nil : .allocate(capacity: replicas * providers.count)
        budgetsPerReplica = promises.hasBudgetPerProvider ? providers.count : 1
        let count = replicas * budgetsPerReplica
        budgets = promises.retries.map { retries in
            let together = promises.hasBudgetPerProvider || policy.retry.scope == .shared ? 1 : providers.count
            let budgets = UnsafeMutablePointer<RetryMeter>.allocate(capacity: count)
            for place in 0..<count { (budgets + place).initialize(to: RetryMeter(retries, budgets: together)) }
            return budgets
        }
        prices = Self.block(AuditedPromises.prices(policy, providers: providers.count))
        mostUnderWay = Self.block(providers.indices.map { AuditedPromises.attemptsUnderWay(policy, $0) ?? .max })
        mostOfTenant = policy.bulkheads?.tenant.map { max(1, $0) } ?? .max
        sparesObjectors = policy.consent?.onFailure == .closed
        hasLanes = policy.routing.lanes != nil
        spending = promises.money.map {
            let meter = SpendingMeter(budget: $0.budget / Int64(fleet), length: $0.period)
            return Self.block(Array(repeating: meter, count: replicas))
        }
        countsRetriesAlone =
            rates == nil && promises.money == nil && !promises.readsRecipient && !promises.flights && !promises.turns
        quiet = policy.routing.quietHours.map(QuietTime.init)
        flights = Flights(replicas: replicas, providers: providers.count)
        turns = Turns(bound: AuditedPromises.turnsBound)
        for replica in 0..<replicas { fillRates(replica) }
    }

    deinit {
        for place in 0..<replicas * budgetsPerReplica { budgets?[place].deallocate() }
        budgets?.deallocate()
        rates?.deallocate()
        patience?.deallocate()
        spending?.deallocate()
        prices.deallocate()
        mostUnderWay.deallocate()
        flights.deallocate()
    }

    private static func block<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
        let block = UnsafeMutablePointer<Value>.allocate(capacity: max(1, values.count))
        for (place, value) in values.enumerated() { (block + place).initialize(to: value) }
        return block
    }

    private func fillRates(_ replica: Int) {
        guard let rates else { return }
        let share = AuditedPromises.rates(policy, replicas: fleet, providers: providers.count)
        for provider in providers.indices {
            (rates + (replica * providers.count + provider)).initialize(to: share[provider])
        }
    }

    // MARK: What the host tells

    /// A replica starts again, and has forgotten all that its memory held.
    package func restarted(_ replica: Int) {
        fillRates(replica)
        for place in 0..<budgetsPerReplica { budgets?[replica * budgetsPerReplica + place].reset() }
        if let spending, let money = AuditedPromises(policy).money {
            spending[replica] = SpendingMeter(budget: money.budget / Int64(fleet), length: money.period)
        }
        flights.forget(replica)
        turns.forget(replica)
        patience?.forget(replica)
    }

    /// An attempt leaves the dispatcher: the short way of most, which have been sent neither here nor elsewhere before.
    ///
    /// - Returns: whether that was all; if not, `sent` is to be told.
    @inline(__always)
    func isCountedFirst(
        _ trace: UnsafeMutablePointer<AttemptTrace>, replica: Int, provider: Int, channel: Channel, at now: Int64
    ) -> Bool {
        guard countsRetriesAlone, patience?.isWaiting != true, !trace.pointee[.hasSent] else { return false }
        if let budgets { budgets[budget(replica, provider)].first(at: now) }
        trace.pointee.note(channel, provider, attempts: 1)
        return true
    }

    /// An attempt leaves the dispatcher.
    package func sent(_ send: Send, _ trace: UnsafeMutablePointer<AttemptTrace>, at now: Int64) {
        if let rates { checkRate(send, rates, now) }
        if let budgets { checkBudget(send, trace, budgets, now) }
        if let spending { checkMoney(send, trace, spending + send.replica, now) }
        if readsRecipient { checkRecipient(send, now) }
        if watchesFlights { checkFlights(send, now) }
        if watchesTurns { checkTurn(send, trace, now) }
        if tenantQueue != nil { leaveTenantQueue(trace, send.replica, send.tenant) }
        patience?.sent(send.replica, way: send.way, on: send.channel)
        if isHedged || prepays { noteSend(send.channel, trace) }
        var attempts = trace.pointee.isOn(send.channel) ? trace.pointee.attempts &+ 1 : 1
        if attempts == 0 { attempts = .max }
        trace.pointee.note(send.channel, send.provider, attempts: attempts)
    }

    /// What was decided upon is done, or forgone for another channel.
    private func noteSend(_ channel: Channel, _ trace: UnsafeMutablePointer<AttemptTrace>) {
        trace.pointee[.isPrepaid] = false
        if isHedged {
            trace.pointee.copies =
                trace.pointee[.hasSent] && trace.pointee.isOn(channel) ? trace.pointee.copies &+ 1 : 0
        }
    }

    /// Of several attempts the one that fails last pays for the next; who gives up pays for it at once.
    private func noteFailure(
        _ trace: UnsafeMutablePointer<AttemptTrace>, _ replica: Int, _ provider: Int, _ errorClass: ErrorClass,
        _ now: Int64
    ) {
        if isHedged {
            trace.pointee.copies &-= 1
            guard trace.pointee.copies < 0 else { return }
            trace.pointee.provider = UInt16(truncatingIfNeeded: provider)
        }
        switch errorClass {
        case .ok, .permanent, .suppressRecipient, .stopSender: return
        case .retryHere, .retryNewConnection, .failOver, .throttled:
            guard prepays, !trace.pointee[.isPrepaid], let budgets else { return }
            trace.pointee[.isPrepaid] = true
            trace.pointee.decided = budgets[budget(replica, provider)].slice(at: now)
        }
    }

    /// Whether nothing depends on an answer.
    @inline(__always)
    func ignores(_ response: ProviderResponse) -> Bool { !watchesFlights && 200..<300 ~= response.status }

    /// The dispatcher is told how an attempt ended.
    ///
    /// - Parameter provider: nil: the one that the job was sent to last.
    package func answered(
        _ trace: UnsafeMutablePointer<AttemptTrace>, replica: Int, provider: Int?, tenant: UInt32,
        _ response: ProviderResponse,
        at now: Int64
    ) {
        if ignores(response) { return }
        let provider = provider ?? Int(trace.pointee.provider)
        if watchesFlights { flights.end(replica, provider, tenant) }
        let verdict = Taxonomy.classify(providers[provider].dialect, response)
        // The sender was refused, not the notification: the attempt does not count.
        if verdict.errorClass == .stopSender {
            if trace.pointee.attempts > 0 { trace.pointee.attempts -= 1 }
            patience?.stopped(replica, at: now)
        }
        if (isHedged || prepays) && verdict.errorClass != .ok {
            noteFailure(trace, replica, provider, verdict.errorClass, now)
        }
        if let spending, !verdict.mayHaveBeenAccepted && verdict.errorClass != .ok {
            spending[replica].payBack(prices[provider], from: Int64(trace.pointee.period), at: now)
        }
    }

    /// A notification waits for a route, or for something else.
    package func waits(
        _ trace: UnsafeMutablePointer<AttemptTrace>, message: UInt64, replica: Int, way: UInt8, priority: Priority,
        tenant: UInt32, _ reason: WaitReason, at now: Int64
    ) {
        if reason == .breaker, let waited = patience?.waits(replica, way: way, at: now) {
            noteStuck(message, replica, way, waited, now)
        }
        guard watchesWaits else { return }
        if tenantQueue != nil {
            leaveTenantQueue(trace, replica, tenant)
            if reason == .bulkhead { joinTenantQueue(trace, message, replica, tenant, now) }
        }
        guard watchesTurns else { return }
        leave(trace, replica, way, priority, tenant)
        // A retry may move on to the budget's queue without a word.
        guard reason.isForRoute, !trace.pointee[.hasSent] else { return }
        trace.pointee.turn = .waiting
        turns.waits(Turns.Line(replica, way, lane(priority)), tenant)
    }

    /// Its turn has come, and it asks for a slot.
    package func acquires(_ send: Send, _ trace: UnsafeMutablePointer<AttemptTrace>, at now: Int64) {
        guard trace.pointee.turn == .waiting else { return pass(send) }
        leave(trace, send.replica, send.way, send.priority, send.tenant)
        serve(send, now)
        trace.pointee.turn = .granted
    }

    /// A notification's way through the dispatcher is over.
    package func ended(
        _ trace: UnsafeMutablePointer<AttemptTrace>, replica: Int, way: UInt8, priority: Priority, tenant: UInt32
    ) {
        if tenantQueue != nil { leaveTenantQueue(trace, replica, tenant) }
        if watchesTurns { leave(trace, replica, way, priority, tenant) }
    }
}
