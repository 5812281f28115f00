// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct SuppressionTests {
    private func host(
        _ suppression: SuppressionPolicy = SuppressionPolicy(graylist: .hours(1)), dialect: ProviderDialect = .apns,
        fallback: Bool = false
    ) -> TestHost {
        var policy = Policy.plain()
        policy.suppression = suppression
        if fallback {
            policy = policy.adding(.sms, provider: 1)
            policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
        }
        let host = TestHost(
            policy,
            providers: [
                ProviderDescription(name: "a", dialect: dialect), ProviderDescription(name: "b", dialect: .sms),
            ])
        host.store.keeps = [.suppression]
        return host
    }

    private let unregistered = ProviderResponse(status: 410, reason: .named("Unregistered", in: .apns))

    private func send(_ host: TestHost, _ response: ProviderResponse, recipient: UInt64 = 1) -> Outcome? {
        host.respond = { sent in (.milliseconds(10), sent.provider == 0 ? response : .ok) }
        let reference = host.consume(recipient: recipient)
        host.run(for: .seconds(20))
        return host.settled[reference]
    }

    @Test("a strike keeps the recipient out for the graylist's time, a second one for good")
    func twoStrikes() {
        let host = host()
        #expect(send(host, unregistered) == .suppressed)
        #expect(send(host, .ok) == .suppressed)
        #expect(host.sent.count == 1, "nothing is sent meanwhile")
        #expect(send(host, .ok, recipient: 2) == .delivered, "others are not concerned")
        host.run(for: .hours(1))
        #expect(send(host, unregistered) == .suppressed)
        #expect(host.sent.count == 3)
        host.run(for: .hours(500))
        #expect(send(host, .ok) == .suppressed)
        #expect(host.sent.count == 3, "the blacklist has no end")
        #expect(host.dispatcher.counters.strikes == 2)
        #expect(host.dispatcher.counters.suppressedByRecord == 2)
    }

    @Test("a delivery after the graylist clears the record")
    func forgiven() {
        let host = host()
        #expect(send(host, unregistered) == .suppressed)
        host.run(for: .hours(1))
        #expect(send(host, .ok) == .delivered)
        #expect(send(host, unregistered) == .suppressed)
        host.run(for: .hours(1))
        #expect(send(host, .ok) == .delivered, "that was a first strike again")
    }

    @Test("several permanent answers to what was under way at once are one strike")
    func atOnce() {
        let host = host()
        host.respond = { _ in (.seconds(1), self.unregistered) }
        for _ in 0..<5 { host.consume() }
        host.run(for: .seconds(10))
        host.run(for: .hours(1))
        #expect(send(host, .ok) == .delivered)
    }

    @Test("a token registered after APNs' timestamp is not struck, one registered before is")
    func timestamp() {
        let host = host()
        host.run(for: .hours(10))
        var gone = unregistered
        gone.invalidSince = .zero + .hours(5)
        host.respond = { _ in (.milliseconds(10), gone) }
        let newer = host.consume(recipient: 1, registered: .zero + .hours(6))
        let older = host.consume(recipient: 2, registered: .zero + .hours(4))
        let unknown = host.consume(recipient: 3)
        host.run(for: .seconds(1))
        #expect(host.settled[newer] == .deadLettered)
        #expect(host.settled[older] == .suppressed)
        #expect(host.settled[unknown] == .suppressed)
        #expect(host.dispatcher.counters.strikes == 2)
        #expect(send(host, .ok, recipient: 1) == .delivered)
        #expect(send(host, .ok, recipient: 2) == .suppressed)
    }

    @Test(
        "every dialect's words about a recipient count, others do not",
        arguments: [
            (ProviderDialect.fcm, UInt16(404), "UNREGISTERED", 1), (.fcm, 400, "INVALID_ARGUMENT", 0),
            (.smtp, 550, "5.1.1", 1), (.smtp, 451, "4.3.0", 0), (.sms, 400, "30005", 1), (.sms, 400, "30007", 0),
            (.apns, 410, "Unregistered", 1), (.apns, 400, "BadDeviceToken", 0),
        ])
    func dialects(dialect: ProviderDialect, status: UInt16, text: String, strikes: Int64) {
        let host = host(dialect: dialect)
        _ = send(host, ProviderResponse(status: status, reason: .named(text, in: dialect)))
        host.drain()
        #expect(host.dispatcher.counters.strikes == strikes)
    }

    @Test("a wave of false permanent answers is not believed: what it hits is dead-lettered and not struck")
    func wave() {
        let host = host(SuppressionPolicy(graylist: .hours(1), minimumAnswers: 100))
        host.respond = { _ in (.milliseconds(10), .ok) }
        for recipient in 0..<1_000 as Range<UInt64> { host.consume(recipient: recipient) }
        host.run(for: .seconds(1))
        host.respond = { _ in (.milliseconds(10), self.unregistered) }
        for recipient in 1_000..<2_000 as Range<UInt64> { host.consume(recipient: recipient) }
        host.run(for: .seconds(1))
        let counters = host.dispatcher.counters
        // One in ten of all answers, 1,111 of them by then, is what is still believed.
        #expect(counters.strikes == 111)
        #expect(counters.disbelieved == 889)
        #expect(counters.deadLettered == 889 && counters.suppressed == 111)
        host.run(for: .hours(1))
        host.respond = { _ in (.milliseconds(10), .ok) }
        for recipient in 1_000..<2_000 as Range<UInt64> { host.consume(recipient: recipient) }
        host.run(for: .seconds(1))
        #expect(host.dispatcher.counters.delivered == 2_000, "after the graylist nobody is lost")
    }

    @Test("suppressed on one channel, the message goes on by the next, which is looked up too")
    func nextChannel() {
        let host = host(fallback: true)
        #expect(send(host, unregistered) == .delivered)
        #expect(send(host, .ok) == .delivered)
        #expect(host.sent.map(\.provider) == [0, 1, 1])
        let keys = host.reads.filter { $0.kind == .suppression }.map(\.key)
        #expect(keys.count == 4 && keys[0] == keys[2] && keys[1] == keys[3] && keys[0] != keys[1])
    }

    @Test("when the store fails, open sends all the same, closed waits and asks again")
    func failure() {
        for onFailure in Policy.Deduplication.OnFailure.allCases {
            let host = host(SuppressionPolicy(onFailure: onFailure))
            host.store.behaviour = { _, _ in (.milliseconds(1), host.now < .zero + .seconds(5)) }
            let reference = host.consume()
            host.run(for: .seconds(1))
            #expect((host.settled[reference] == .delivered) == (onFailure == .open))
            host.drain()
            #expect(host.settled[reference] == .delivered)
        }
    }
}
