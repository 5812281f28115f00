// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct OrderPolicyTests {
    private func host(waiting: Policy.Waiting = .park, _ change: (inout Policy) -> Void = { _ in }) -> TestHost {
        var policy = Policy.plain(waiting: waiting)
        policy.order = .key
        change(&policy)
        return TestHost(policy)
    }

    @Test(
        "a recipient's next message waits without a slot until the one before is settled",
        arguments: Policy.Waiting.allCases)
    func waits(waiting: Policy.Waiting) {
        let host = host(waiting: waiting)
        host.respond = { _ in (.seconds(1), .ok) }
        for recipient in [1, 1, 2, 1] as [UInt64] { host.consume(recipient: recipient) }
        #expect(host.sent.map(\.reference) == [1, 3])
        #expect(host.slotsHeld == 2)
        #expect(host.releases.map(\.reason) == [.order, .order])
        host.run(for: .milliseconds(1_500))
        #expect(host.sent.map(\.reference) == [1, 3, 2])
        host.drain()
        #expect(host.sent.map(\.reference) == [1, 3, 2, 4])
        #expect(host.sent.map(\.at) == [0, 0, 1, 2].map { .zero + .seconds($0) })
        #expect(host.settled.values.allSatisfy { $0 == .delivered })
        #expect(host.dispatcher.counters.orderWaits == 2)
    }

    @Test("retries don't lose the place")
    func retries() {
        let host = host()
        host.respond = { sent in (.milliseconds(10), sent.reference == 1 && sent.ordinal < 3 ? .overloaded : .ok) }
        for _ in 0..<3 { host.consume() }
        host.drain()
        #expect(host.sent.map(\.reference) == [1, 1, 1, 2, 3])
    }

    @Test("what never expires waits for its turn as well")
    func never() {
        let host = host()
        host.respond = { _ in (.seconds(1), .ok) }
        for _ in 0..<3 { host.consume(timeToLive: Instant.distantFuture - host.now) }
        host.drain()
        #expect(host.sent.map(\.reference) == [1, 2, 3])
    }

    @Test("what expires while it waits is settled in its turn, without a slot")
    func expires() {
        let host = host()
        host.respond = { _ in (.seconds(5), .ok) }
        host.consume()
        for _ in 0..<2_500 { host.consume(timeToLive: .seconds(1)) }
        let last = host.consume()
        host.run(for: .seconds(5) + .milliseconds(1))
        #expect(host.settled.count == 2_501)
        #expect(host.dispatcher.counters.expired == 2_500)
        host.drain()
        #expect(host.settled[last] == .delivered)
    }

    @Test("look-ups come in turn too, and an objection ends what waits in line")
    func withLookups() {
        let host = host {
            $0.deduplication = Policy.Deduplication()
            $0.consent = ConsentPolicy()
        }
        host.respond = { _ in (.seconds(1), .ok) }
        for _ in 0..<3 { host.consume() }
        host.consume(recipient: 2)
        host.store.keeps = [.consent]
        #expect(host.lookUps.map(\.reference) == [1, 4])
        host.run(for: .milliseconds(100))
        host.handle(.consentChanged(recipient: 1, channel: nil, isGranted: false))
        #expect(host.settled == [2: .suppressed, 3: .suppressed])
        host.drain()
        #expect(host.settled == [1: .delivered, 2: .suppressed, 3: .suppressed, 4: .delivered])
        #expect(host.sent.map(\.reference) == [1, 4])
        #expect(host.dispatcher.unsettled == 0)
        host.consume()
        host.drain()
        #expect(host.settled[5] == .delivered, "the line is open again")
    }

    @Test("what has ended in line is let go of in batches, so that one input's work is bounded")
    func batches() {
        let host = host { $0.consent = ConsentPolicy(onFailure: .open) }
        host.respond = { _ in nil }
        host.consume(recipient: 1)
        host.run(for: .milliseconds(10))
        for _ in 0..<3_000 { host.consume(timeToLive: .seconds(1)) }
        let last = host.consume(timeToLive: .hours(1))
        host.run(for: .seconds(5))
        #expect(host.settled.count == 3_000)
        let before = host.wakes.count
        host.handle(.responded(host.sent[0].attempt, .ok))
        host.run(for: .milliseconds(10))
        #expect(host.sent.last?.reference == last)
        let wakes = host.wakes.dropFirst(before).filter { $0 <= host.now }
        #expect(wakes.count == 2, "twice on, a nanosecond apart")
    }
}
