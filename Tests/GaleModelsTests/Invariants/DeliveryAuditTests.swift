// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import Testing

/// Each invariant of a policy is seen to be violated when the observer is told of a wrong sequence, and not when it isn't.
@Suite struct DeliveryAuditTests {
    private static let second: Int64 = 1_000_000_000
    private let log = ViolationLog()
    private let apns = ProviderIndex(rawValue: 0)

    private func audit(_ policy: Policy, replicas: Int = 2) throws -> DeliveryAudit {
        try #require(
            DeliveryAudit(
                policy, name: "standard", stage: "sender", replicas: replicas,
                providers: [
                    ProviderDescription(name: "apns", dialect: .apns), ProviderDescription(name: "fcm", dialect: .fcm),
                ], log: log))
    }

    /// By job.
    private let jobs = Jobs()

    private final class Jobs {
        let traces = UnsafeMutablePointer<AttemptTrace>.allocate(capacity: 64)
        init() { traces.initialize(repeating: AttemptTrace(), count: 64) }
        deinit { traces.deallocate() }
        subscript(_ job: UInt32) -> UnsafeMutablePointer<AttemptTrace> { traces + Int(job) }
    }

    private func send(_ job: UInt32, replica: Int = 0, provider: Int = 0) -> DeliveryAudit.Send {
        DeliveryAudit.Send(message: UInt64(job) << 20, replica: replica, provider: provider, channel: .push)
    }

    private func answer(
        _ audit: DeliveryAudit, _ job: UInt32, _ status: UInt16, provider: Int? = nil, tenant: UInt32 = 0, at now: Int64
    ) {
        audit.answered(
            jobs[job], replica: 0, provider: provider, tenant: tenant, ProviderResponse(status: status),
            at: now)
    }

    @Test("a policy that promises nothing to count has no audit")
    func nothing() {
        #expect(
            DeliveryAudit(Policy(routes: []), name: "", stage: "", replicas: 1, providers: [], log: log) == nil)
    }

    @Test("a replica that sends faster than its share of the limit is seen; its share again after a restart is not")
    func rate() throws {
        let limit = Policy.RateLimit(provider: apns, ratePerSecondMicros: 20_000_000, burst: 10)
        let audit = try audit(Policy(routes: [], limits: [limit]))
        for job in 0..<5 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 0) }
        for job in 5..<10 as Range<UInt32> { audit.sent(send(job, replica: 1), jobs[job], at: 0) }
        for job in 10..<30 as Range<UInt32> { audit.sent(send(job, provider: 1), jobs[job], at: 0) }
        audit.restarted(0)
        for job in 30..<35 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 0) }
        #expect(log.violations.isEmpty)
        audit.sent(send(40, replica: 1), jobs[40], at: Self.second / 20)
        let violation = try #require(log.violations.first)
        #expect(violation.invariant == .rateLimit)
        #expect(violation.message == 40 << 20)
        #expect(violation.causeKey == "rate-limit: policy standard, stage sender, apns")
        #expect(violation.cause == "1 more than its limit to apns by replica 1")
    }

    @Test("retries beyond the budget are seen, by the provider whose failure they come from")
    func budget() throws {
        var retry = RetryPolicy()
        retry.budget = RetryBudgetPolicy(ratioMicros: 500_000, window: .seconds(10), reservePerSecond: 0)
        let audit = try audit(Policy(routes: [], retry: retry))
        for job in 0..<4 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 0) }
        for job in 0..<2 as Range<UInt32> { audit.sent(send(job, provider: 1), jobs[job], at: Self.second) }
        #expect(log.violations.isEmpty)
        // A job that has another message now makes a first attempt.
        jobs[2].pointee = AttemptTrace()
        audit.sent(send(2), jobs[2], at: Self.second)
        #expect(log.violations.isEmpty)
        audit.sent(send(3, provider: 1), jobs[3], at: Self.second)
        #expect(log.violations.map(\.causeKey) == ["retry-budget: policy standard, stage sender, apns"])
        #expect(log.violations.first?.cause == "3 retries in a window that allows 2, by replica 0")
    }

    @Test("of several copies the one that failed last says whose budget pays for the next retry")
    func budgetOfCopies() throws {
        var retry = RetryPolicy()
        retry.budget = RetryBudgetPolicy(ratioMicros: 500_000, window: .seconds(10), reservePerSecond: 0)
        retry.hedging = HedgingPolicy(copies: 2, delay: .milliseconds(100))
        let audit = try audit(Policy(routes: [], retry: retry))
        for job in 0..<4 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 0) }
        audit.sent(send(0, provider: 1), jobs[0], at: 1)
        answer(audit, 0, 503, provider: 1, at: 2)
        answer(audit, 0, 503, provider: 0, at: 3)
        audit.sent(send(0, provider: 1), jobs[0], at: 4)
        #expect(log.violations.isEmpty, "two retries for failures of apns, four first attempts there")
        answer(audit, 0, 503, provider: 1, at: 5)
        audit.sent(send(0), jobs[0], at: 6)
        #expect(log.violations.map(\.causeKey) == ["retry-budget: policy standard, stage sender, fcm"])
        audit.sent(send(1, provider: 1), jobs[1], at: 7)
        #expect(
            log.violations.count == 2 && log.violations.last?.causeKey.hasSuffix("apns") == true, "a copy is a retry")
    }

    @Test("who gives up pays when the attempt before fails: what is sent together need not have been paid together")
    func prepaid() throws {
        var retry = RetryPolicy()
        retry.budget = RetryBudgetPolicy(ratioMicros: 0, window: .seconds(10), reservePerSecond: 1)
        retry.whenRefused = .giveUp
        let audit = try audit(Policy(routes: [], retry: retry))
        for job in 0..<41 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 0) }
        for job in 0..<20 as Range<UInt32> { answer(audit, job, 503, at: Int64(job / 10) * 20 * Self.second) }
        // One that is sent at once, and one that was not sent in vain for its own sake.
        answer(audit, 40, 403, at: 30 * Self.second)
        for job in 0..<20 as Range<UInt32> { audit.sent(send(job), jobs[job], at: 50 * Self.second) }
        audit.sent(send(40), jobs[40], at: 50 * Self.second)
        #expect(log.violations.isEmpty)
        for job in 20..<31 as Range<UInt32> {
            answer(audit, job, 503, at: 60 * Self.second + Int64(job) * 1_000_000)
            audit.sent(send(job), jobs[job], at: (61 + Int64(job)) * Self.second)
            #expect(log.violations.isEmpty == (job < 30))
        }
        #expect(log.violations.first?.cause == "11 retries in a window that allows 10, by replica 0")
    }

    @Test("the first attempt on another channel, and one after the sender was refused, cost no retry")
    func free() throws {
        var retry = RetryPolicy()
        retry.budget = RetryBudgetPolicy(ratioMicros: 0, window: .seconds(10), reservePerSecond: 0)
        let audit = try audit(Policy(routes: [], retry: retry))
        audit.sent(send(0), jobs[0], at: 0)
        var other = send(0)
        other.channel = .sms
        audit.sent(other, jobs[0], at: 1)
        audit.sent(send(1), jobs[1], at: 2)
        answer(audit, 1, 403, at: 3)
        audit.sent(send(1), jobs[1], at: 4)
        #expect(log.violations.isEmpty)
        audit.sent(other, jobs[0], at: 5)
        #expect(log.violations.map(\.invariant) == [.retryBudget])
    }

    @Test("money spent beyond a replica's share is seen; what a provider certainly did not take costs nothing")
    func money() throws {
        var policy = Policy(routes: [])
        policy.routing.money = MoneyPolicy(
            prices: [.init(provider: apns, micros: 10)], budgetMicros: 40, period: .seconds(60))
        let audit = try audit(policy)
        audit.sent(send(0), jobs[0], at: 0)
        audit.sent(send(1), jobs[1], at: 0)
        answer(audit, 1, 429, at: 1)
        audit.sent(send(2), jobs[2], at: 2)
        audit.sent(send(3, replica: 1), jobs[3], at: 2)
        audit.sent(send(4, provider: 1), jobs[4], at: 2)
        #expect(log.violations.isEmpty)
        audit.sent(send(5), jobs[5], at: 3)
        #expect(log.violations.map(\.invariant) == [.money])
        audit.sent(send(6), jobs[6], at: 61 * Self.second)
        #expect(log.violations.first?.count == 1, "another period has its own")
    }

    @Test("a send in quiet hours, or against the recipient's will, is seen")
    func recipient() throws {
        var policy = Policy(routes: [])
        policy.routing.quietHours = QuietHours(begin: 60, end: 120, zones: TimeZoneTable(fixed: [("X", 0)]))
        policy.consent = ConsentPolicy()
        let audit = try audit(policy)
        var one = send(0)
        one.zone = TimeZoneIndex(rawValue: 0)
        audit.sent(one, jobs[0], at: 59 * 60 * Self.second)
        one.priority = .critical
        audit.sent(one, jobs[0], at: 60 * 60 * Self.second)
        #expect(log.violations.isEmpty)
        one.priority = .normal
        audit.sent(one, jobs[0], at: 61 * 60 * Self.second)
        one.isObjectedTo = true
        audit.sent(one, jobs[0], at: 121 * 60 * Self.second)
        #expect(log.violations.map(\.invariant) == [.quietHours, .consent])
        #expect(log.violations.first?.cause == "sent on push at 1:01 on its recipient's wall")
    }

    @Test("more attempts under way than a bulkhead has room for are seen")
    func bulkhead() throws {
        let bulkheads = BulkheadPolicy(providers: [.init(provider: apns, attempts: 2)], tenant: 3)
        let audit = try audit(Policy(routes: [], bulkheads: bulkheads))
        var one = send(0)
        one.tenant = 7
        for job in 0..<2 as Range<UInt32> {
            audit.sent(one, jobs[job], at: 0)
        }
        answer(audit, 0, 200, tenant: 7, at: 1)
        audit.sent(one, jobs[2], at: 2)
        #expect(log.violations.isEmpty)
        audit.sent(one, jobs[3], at: 3)
        #expect(log.violations.map(\.causeKey) == ["queue-bound: policy standard, stage sender, attempts at apns"])
        audit.restarted(0)
        one.provider = 1
        for job in 4..<8 as Range<UInt32> {
            audit.sent(one, jobs[job], at: 4)
        }
        #expect(log.violations.count == 2)
        #expect(log.violations.last?.causeKey == "queue-bound: policy standard, stage sender, attempts of a tenant")
    }

    @Test("a tenant who waits while another is served again and again is seen, and turns are not")
    func fairness() throws {
        var policy = Policy(routes: [])
        policy.routing.isFair = true
        let audit = try audit(policy)
        func wait(_ job: UInt32, _ tenant: UInt32) {
            audit.waits(
                jobs[job], message: 0, replica: 0, way: 0, priority: .normal, tenant: tenant, .rateLimit,
                at: 0)
        }
        func serve(_ job: UInt32, _ tenant: UInt32) {
            var one = send(job)
            one.tenant = tenant
            audit.acquires(one, jobs[job], at: 0)
            audit.sent(one, jobs[job], at: 0)
        }
        for job in 0..<20 as Range<UInt32> { wait(job, job % 2) }
        for job in 0..<10 as Range<UInt32> { serve(job, job % 2) }
        #expect(log.violations.isEmpty)
        for job in [10, 12, 14, 16] as [UInt32] { serve(job, 0) }
        #expect(log.violations.map(\.invariant) == [.fairness])
        #expect(log.violations.first?.cause == "tenant 1 waited while 0 was served over 3 times")
    }

    @Test("a retry that had its turn and only then waits for a slot is no turn more")
    func fairnessOfRetries() throws {
        var policy = Policy(routes: [])
        policy.routing.isFair = true
        let audit = try audit(policy)
        func retry(_ job: UInt32) -> DeliveryAudit.Send {
            var one = send(job)
            one.tenant = 4
            return one
        }
        for job in 0..<10 as Range<UInt32> { audit.sent(retry(job), jobs[job], at: 0) }
        for job in 0..<10 as Range<UInt32> {
            wait(audit, job, .backoff, at: 1)
            wait(audit, job, .rateLimit, at: 2)
            audit.acquires(retry(job), jobs[job], at: 2 * Self.second)
        }
        wait(audit, 20, .rateLimit, at: 3)
        for job in 0..<10 as Range<UInt32> { audit.sent(retry(job), jobs[job], at: 4 * Self.second) }
        #expect(log.violations.isEmpty)
    }

    @Test("a tenant whose retry has its turn has not waited in vain")
    func turnOfRetry() throws {
        var policy = Policy(routes: [])
        policy.routing.isFair = true
        let audit = try audit(policy)
        var own = send(0)
        own.tenant = 7
        audit.sent(own, jobs[0], at: 0)
        wait(audit, 1, .rateLimit, at: 1)
        for job in 2..<8 as Range<UInt32> {
            // After three turns of the other the retry has one.
            if job == 5 { audit.acquires(own, jobs[0], at: 2 * Self.second) }
            audit.sent(send(job), jobs[job], at: 2 * Self.second)
        }
        #expect(log.violations.isEmpty)
        audit.sent(send(8), jobs[8], at: 3 * Self.second)
        #expect(log.violations.map(\.invariant) == [.fairness])
    }

    private func wait(
        _ audit: DeliveryAudit, _ job: UInt32, _ reason: WaitReason, replica: Int = 0, at seconds: Int64
    ) {
        audit.waits(
            jobs[job], message: UInt64(job) << 20, replica: replica, way: 0, priority: .normal, tenant: 7,
            reason, at: seconds * Self.second)
    }

    @Test("a tenant's queue that grows beyond its bound is seen, and who leaves it makes room")
    func tenantQueue() throws {
        let bulkheads = BulkheadPolicy(tenant: 2, tenantQueue: 3)
        let audit = try audit(Policy(routes: [], waiting: .hold, bulkheads: bulkheads))
        for job in 0..<5 as Range<UInt32> { wait(audit, job, .bulkhead, at: 0) }
        var one = send(0)
        one.tenant = 7
        audit.sent(one, jobs[0], at: 0)
        wait(audit, 1, .rateLimit, at: 0)
        audit.ended(jobs[2], replica: 0, way: 0, priority: .normal, tenant: 7)
        for job in 5..<8 as Range<UInt32> { wait(audit, job, .bulkhead, at: 1) }
        wait(audit, 8, .bulkhead, replica: 1, at: 1)
        #expect(log.violations.isEmpty)
        wait(audit, 9, .bulkhead, at: 1)
        #expect(log.violations.map(\.causeKey) == ["queue-bound: policy standard, stage sender, queue of a tenant"])
        #expect(log.violations.first?.cause == "6 of tenant 7 wait for its attempts to end, at most 5 may")
    }

    @Test("a breaker that lets nobody through though its time is long over is seen; a probe and a stop give it time")
    func breaker() throws {
        let breaker = BreakerPolicy(open: .seconds(10))
        let audit = try audit(Policy(routes: [], timeout: .seconds(5), breaker: breaker))
        // Twice 15 s and 5 s.
        wait(audit, 0, .breaker, at: 0)
        wait(audit, 1, .breaker, at: 35)
        audit.sent(send(1), jobs[1], at: 36 * Self.second)
        wait(audit, 2, .breaker, at: 36)
        answer(audit, 1, 403, at: 40 * Self.second)
        wait(audit, 3, .breaker, at: 134)
        audit.restarted(0)
        wait(audit, 4, .breaker, at: 140)
        wait(audit, 5, .rateLimit, at: 200)
        #expect(log.violations.isEmpty)
        wait(audit, 6, .breaker, at: 176)
        #expect(log.violations.map(\.causeKey) == ["breaker: policy standard, stage sender, push"])
        #expect(log.violations.first?.message == 6 << 20)
    }

    @Test("where a notification may have gone on to another channel, nobody can tell which breaker it waits for")
    func breakerOfFallback() throws {
        let fallback = Policy.Fallback(from: .push, to: .sms, after: nil)
        let policy = Policy(routes: [], breaker: BreakerPolicy(open: .seconds(1)), fallbacks: [fallback])
        let audit = try audit(policy)
        wait(audit, 0, .breaker, at: 0)
        wait(audit, 1, .breaker, at: 300)
        #expect(log.violations.isEmpty)
    }
}
