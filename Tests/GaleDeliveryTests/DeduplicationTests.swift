// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct DeduplicationTests {
    private func policy(_ onFailure: Policy.Deduplication.OnFailure = .open, waiting: Policy.Waiting = .park) -> Policy
    {
        var policy = Policy.plain(waiting: waiting)
        policy.deduplication = Policy.Deduplication(onFailure: onFailure)
        return policy
    }

    @Test("the key is looked up before the send and written after the success, before the chain ends")
    func looksUpAndWrites() {
        let host = TestHost(policy())
        host.consume(key: 77)
        #expect(host.lookUps.count == 1)
        #expect(host.sent.isEmpty)
        host.drain()
        #expect(host.writes == [77])
        #expect(host.settled == [1: .delivered])
    }

    @Test("a key that is there makes a duplicate, without a send or a write")
    func duplicate() {
        let host = TestHost(policy())
        host.lookUp = { _ in (.milliseconds(1), .present) }
        host.consume()
        host.drain()
        #expect(host.settled == [1: .duplicate])
        #expect(host.sent.isEmpty)
        #expect(host.writes.isEmpty)
    }

    @Test("when the store fails, open sends all the same")
    func failsOpen() {
        let host = TestHost(policy(.open))
        host.lookUp = { _ in (.milliseconds(1), .failed) }
        host.consume()
        host.drain()
        #expect(host.settled == [1: .delivered])
        #expect(host.lookUps.count == 1)
    }

    @Test("when the store fails, closed waits and looks again, without an attempt", arguments: Policy.Waiting.allCases)
    func failsClosed(waiting: Policy.Waiting) {
        let host = TestHost(policy(.closed, waiting: waiting))
        host.lookUp = { _ in host.now < .zero + .seconds(5) ? (.milliseconds(1), .failed) : (.zero, .absent) }
        host.consume()
        host.drain()
        if waiting == .retryTopic {
            #expect(host.requeued.map(\.attempts) == [0])
            #expect(host.sent.isEmpty)
            return
        }
        #expect(host.settled == [1: .delivered])
        #expect(host.lookUps.count == 4)
        #expect(host.sent.count == 1)
        #expect(host.dispatcher.counters.failedLookUps == 3)
    }

    @Test("a store that fails at once is not asked again at once, even without backoff")
    func noBusyLoop() {
        var policy = policy(.closed)
        policy.retry = RetryPolicy(backoff: .none, jitter: .none)
        let host = TestHost(policy)
        host.lookUp = { _ in (.zero, .failed) }
        let reference = host.consume(timeToLive: .seconds(10))
        host.drain()
        #expect(host.lookUps.count <= 100)
        #expect(host.settled[reference] == .expired)
    }

    @Test("what never succeeds is never written")
    func noWriteAfterFailure() {
        let host = TestHost(policy())
        host.respond = { _ in (.zero, .overloaded) }
        host.consume()
        host.drain()
        #expect(host.settled == [1: .deadLettered])
        #expect(host.writes.isEmpty)
    }

    @Test(
        "the window begins with the success and ends to the nanosecond: a copy within it is a duplicate, one after is sent"
    )
    func windowEdges() {
        for (wait, outcome) in [
            (Interval.hours(24) - Interval(nanoseconds: 1), Outcome.duplicate), (.hours(24), .delivered),
        ] {
            let host = TestHost(policy())
            host.store.keeps = [.deduplication]
            host.store.behaviour = { _, _ in (.zero, false) }
            host.consume(key: 5)
            host.run(for: .milliseconds(10))
            #expect(host.settled[1] == .delivered && host.changes.map(\.lifetime) == [.hours(24)])
            host.run(for: wait)
            let copy = host.consume(key: 5)
            host.drain()
            #expect(host.settled[copy] == outcome)
        }
    }

    @Test(
        "the key is written after the success, so that a copy that comes before is sent too, and nothing is lost by a crash"
    )
    func writtenAfter() {
        let host = TestHost(policy())
        host.store.keeps = [.deduplication]
        host.respond = { _ in (.seconds(1), .ok) }
        host.consume(key: 5)
        host.run(for: .milliseconds(500))
        #expect(host.writes.isEmpty, "a crash now leaves no key behind, and the copy that is read again is sent")
        host.consume(key: 5)
        host.drain()
        #expect(host.settled == [1: .delivered, 2: .delivered] && host.sent.count == 2)
        host.consume(key: 5)
        host.drain()
        #expect(host.settled[3] == .duplicate)
    }
}
