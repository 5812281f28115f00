// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Whose failures an admission looks at.
struct RetryScopeTests {
    /// Push by provider 0, which is down, email by provider 1, which fails each message's first attempt.
    private func host(_ admission: RetryAdmission, _ scope: RetryPolicy.Scope) -> TestHost {
        var retry = RetryPolicy(jitter: .none, base: .milliseconds(10), attempts: 2)
        retry.admission = admission
        retry.whenRefused = .giveUp
        retry.scope = scope
        let host = TestHost(
            Policy.plain(retry: retry).adding(.email, provider: 1), providers: ProviderDescription.gateways(2))
        host.respond = { (.zero, $0.provider == 0 || $0.ordinal == 1 ? .overloaded : .ok) }
        return host
    }

    private static let admissions: [RetryAdmission] = [
        .budget(RetryBudgetPolicy(ratioMicros: 500_000, window: .hours(1), reservePerSecond: 0)),
        .bucket(RetryBucketPolicy(capacityMillis: 10_000, costMillis: 1_000, depositMillis: 0, refundsCost: true)),
        .throttle(RetryThrottlePolicy(maximumMillis: 10_000, ratioMillis: 1_000)),
        .concurrency(RetryConcurrencyPolicy(ratioMicros: 0, minimum: 2)),
    ]

    @Test("one provider's outage takes the retries of the others only where all share one state", arguments: admissions)
    func outage(admission: RetryAdmission) {
        func delivered(_ scope: RetryPolicy.Scope) -> Int64 {
            let host = host(admission, scope)
            for round in 0..<100 {
                host.consume(channel: .push)
                host.consume(channel: .push)
                if round % 20 == 19 { host.consume(channel: .email) }
                host.run(for: .milliseconds(3))
            }
            host.drain()
            return host.dispatcher.counters.delivered
        }
        let (own, shared) = (delivered(.perProvider), delivered(.shared))
        #expect(own >= 2 && own > shared, "\(own) against \(shared)")
    }

    @Test("per provider a full bucket gives its 35 retries to each")
    func awsEach() {
        var policy = Policy.plain(retry: RetryPolicy(.awsStandard21)).adding(.email, provider: 1)
        for (scope, retries) in [(RetryPolicy.Scope.perProvider, 70), (.shared, 35)] {
            policy.retry.scope = scope
            let host = TestHost(policy, providers: ProviderDescription.gateways(2))
            host.respond = { _ in (.milliseconds(1), .overloaded) }
            for number in 0..<200 { host.consume(channel: number % 2 == 0 ? .push : .email) }
            host.drain()
            #expect(host.dispatcher.counters.retries == Int64(retries))
        }
    }

    @Test("a failover is paid by the provider that failed, and its success refunds that one")
    func failover() {
        var policy = Policy.plain(providers: [(0, 1), (1, 0)], retry: RetryPolicy(attempts: 2))
        policy.retry.admission = .bucket(
            RetryBucketPolicy(capacityMillis: 2_000, costMillis: 1_000, depositMillis: 0, refundsCost: true))
        policy.retry.whenRefused = .giveUp
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.respond = { ($0.provider == 0 ? .zero : .milliseconds(1), $0.provider == 0 ? .overloaded : .ok) }
        // Provider 0 has two retries; each comes back before it is needed again.
        for _ in 0..<20 {
            host.consume()
            host.run(for: .milliseconds(2))
        }
        host.drain()
        #expect(host.dispatcher.counters.delivered == 20 && host.dispatcher.counters.failovers == 20)
    }

    @Test("who waits for one provider's budget holds up nobody who waits for another's")
    func queuesApart() {
        var policy = Policy.plain(
            retry: RetryPolicy(
                jitter: .none, base: .milliseconds(10), attempts: 3,
                budget: RetryBudgetPolicy(ratioMicros: 200_000, window: .hours(1), reservePerSecond: 0))
        ).adding(.email, provider: 1)
        policy.waiting = .park
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.respond = { (.zero, $0.provider == 0 || $0.ordinal == 1 ? .overloaded : .ok) }
        host.consume(channel: .push)
        host.consume(channel: .email)
        host.run(for: .seconds(1))
        #expect(host.dispatcher.queues.map(\.count).suffix(2) == [1, 1])
        // Four more requests pay for email's retry.
        for _ in 0..<4 { host.consume(channel: .email) }
        host.run(for: .seconds(1))
        #expect(host.dispatcher.counters.delivered == 1)
        #expect(host.dispatcher.queues.map(\.count).suffix(2) == [1, 4])
    }
}
