// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct PoisonTests {
    @Test("what the queue has delivered too often is dead-lettered before anything is done with it")
    func deliveries() {
        var policy = Policy.plain()
        policy.maximumDeliveries = 5
        policy.deduplication = Policy.Deduplication()
        let host = TestHost(policy)
        host.consume(deliveries: 5)
        host.consume(deliveries: 6)
        host.consume()
        host.drain()
        #expect(host.settled == [1: .delivered, 2: .deadLettered, 3: .delivered])
        #expect(host.lookUps.map(\.reference) == [1, 3])
        #expect(host.dispatcher.counters.poisoned == 1)
    }

    @Test("without a limit deliveries don't matter")
    func noLimit() {
        let host = TestHost(.plain())
        host.consume(deliveries: 255)
        host.drain()
        #expect(host.settled == [1: .delivered])
    }
}
