// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct DispatcherTests {
    @Test("a notification is sent, answered and settled as delivered")
    func delivers() {
        let host = TestHost(.plain())
        let reference = host.consume()
        host.drain()
        #expect(host.settled[reference] == .delivered)
        #expect(host.settledAt[reference] == .zero + .milliseconds(10))
        #expect(host.sent.count == 1)
        #expect(host.writes.isEmpty)
        #expect(host.slotsHeld == 0)
        #expect(host.dispatcher.unsettled == 0)
        #expect(host.dispatcher.counters.delivered == 1)
    }

    @Test("what has expired before it is consumed is settled without a send")
    func expiredAtConsumption() {
        let host = TestHost(.plain())
        host.run(until: .zero + .seconds(10))
        let reference = host.consume(created: .zero, timeToLive: .seconds(10))
        #expect(host.settled[reference] == .expired)
        #expect(host.sent.isEmpty)
    }

    @Test("a failed attempt is repeated after base, twice base, four times base")
    func exponentialBackoff() {
        let host = TestHost(.plain())
        host.respond = { _ in (.milliseconds(100), .overloaded) }
        let reference = host.consume()
        host.drain()
        let times = host.sent.map { $0.at.nanoseconds / 1_000_000 }
        #expect(times == [0, 1_100, 3_200, 7_300])
        #expect(host.settled[reference] == .deadLettered)
        #expect(host.releases.map(\.reason) == [.backoff, .backoff, .backoff])
        #expect(host.dispatcher.counters.retries == 3)
    }
}
