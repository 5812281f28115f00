// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// What has to survive a way through a retry topic.
struct RetryTopicPairTests {
    private func host(
        providers: [(provider: Int, weight: UInt32)] = [(0, 1)], attempts: Int = 20, delay: Interval = .seconds(10),
        change: (inout Policy) -> Void = { _ in }
    ) -> TestHost {
        var policy = Policy.plain(
            providers: providers, waiting: .retryTopic,
            retry: RetryPolicy(backoff: .fixed, jitter: .none, base: delay, attempts: attempts))
        change(&policy)
        return TestHost(policy, providers: ProviderDescription.gateways(3))
    }

    /// Reads back what went to the retry topic, until nothing comes any more or `until` is reached.
    private func readBack(_ host: TestHost, until: Interval = .hours(10)) {
        var read = 0
        while true {
            host.run(for: .milliseconds(50))
            guard read < host.requeued.count else {
                if host.isIdle { return }
                host.run(for: .milliseconds(50))
                continue
            }
            let next = host.requeued[read]
            read += 1
            if next.at > .zero + until { return }
            host.run(until: next.at)
            host.consumeAgain(next)
        }
    }

    @Test("tiers and retry topic: the channel's time goes on in the retry topic")
    func channelTier() {
        let host = host {
            $0 = $0.adding(.sms, provider: 2)
            $0.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
            $0.routing.deadlines = TierDeadlines(channel: .seconds(35))
        }
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        host.consume(timeToLive: .minutes(3))
        readBack(host)
        let push = host.sent.filter { $0.channel == .push }.map { ($0.at - .zero).seconds }
        let sms = host.sent.filter { $0.channel == .sms }.map { ($0.at - .zero).seconds }
        #expect(!push.isEmpty && push.allSatisfy { $0 <= 35 })
        #expect(!sms.isEmpty && sms.allSatisfy { $0 >= 20 && $0 < 180 })
    }

    @Test("tiers and retry topic: so does the provider's")
    func providerTier() {
        let host = host(providers: [(0, 1), (1, 0)]) {
            $0.routing.deadlines = TierDeadlines(provider: .seconds(15))
        }
        // An obstacle of the recipient's own keeps it with its provider.
        host.respond = { _ in (.milliseconds(1), .notConnected) }
        host.consume(timeToLive: .minutes(3))
        readBack(host)
        let early = host.sent.filter { $0.at < .zero + .seconds(15) }
        let second = host.sent.first { $0.provider == 1 }
        #expect(early.count == 2 && early.allSatisfy { $0.provider == 0 })
        #expect(second.map { ($0.at - .zero).seconds < 25 } == true)
    }

    @Test("tiers and retry topic: what comes back from the dead letters has the channel's time anew")
    func replayedTier() {
        let host = host(attempts: 2) {
            $0 = $0.adding(.sms, provider: 2)
            $0.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
            $0.routing.deadlines = TierDeadlines(channel: .seconds(35))
            $0.retry.replay = DeadLetterReplay(after: .minutes(5), ratePerSecondMicros: 1_000_000)
        }
        host.respond = { _ in (.milliseconds(1), .refused) }
        host.consume()
        readBack(host)
        #expect(host.sent.map(\.channel) == [.push, .sms, .push, .sms])
        #expect(host.settled.values.contains(.deadLettered))
    }

    // MARK: Presence

    private func presenceHost(
        seenWithin: Interval = .seconds(30), lastSeen: @escaping (Instant) -> Int64,
        change: (inout Policy) -> Void = { _ in }
    ) -> TestHost {
        let host = host(attempts: 3) {
            $0 = $0.adding(.inApp, provider: 1)
            $0.deduplication = Policy.Deduplication()
            $0.routing.presence = PresencePolicy(seenWithin: seenWithin)
            change(&$0)
        }
        host.answer = { [unowned host] read, _ in
            guard read.kind == .presence else { return nil }
            let seen = lastSeen(host.now)
            return (.milliseconds(1), seen == 0 ? .absent : .value(seen))
        }
        host.run(for: .seconds(1_000))
        return host
    }

    @Test("presence and retry topic: what the app took is not told there again, and was delivered whatever comes then")
    func acceptedInApp() {
        let host = presenceHost { min($0.nanoseconds, 990_000_000_000) }
        host.respond = { $0.channel == .inApp ? (.milliseconds(1), .ok) : (.milliseconds(1), .overloaded) }
        let reference = host.consume(timeToLive: .minutes(10))
        readBack(host)
        #expect(host.sent.map(\.channel) == [.inApp, .push, .push, .push])
        #expect(host.requeued.count == 2)
        #expect(host.settled.values.map { $0 } == [.delivered])
        #expect(host.writes == [reference], "its key is remembered")
    }

    @Test("presence and retry topic: what the app took and expires in the retry topic was delivered")
    func acceptedAndExpired() {
        let host = presenceHost { min($0.nanoseconds, 990_000_000_000) }
        host.respond = { $0.channel == .inApp ? (.milliseconds(1), .ok) : (.milliseconds(1), .overloaded) }
        let reference = host.consume(timeToLive: .seconds(55))
        host.run(for: .seconds(31))
        #expect(host.requeued.count == 1)
        host.run(for: .seconds(60))
        host.consumeAgain(host.requeued[0])
        #expect(host.settled.values.map { $0 } == [.delivered])
        #expect(host.writes == [reference])
        #expect(host.dispatcher.counters.delivered == 1 && host.dispatcher.counters.expired == 0)
    }

    @Test("presence and dead letters: what the app took is no dead letter")
    func notBuried() {
        let host = presenceHost(lastSeen: { min($0.nanoseconds, 990_000_000_000) }) {
            $0.retry.replay = DeadLetterReplay(after: .minutes(5), ratePerSecondMicros: 1_000_000)
        }
        host.respond = { $0.channel == .inApp ? (.milliseconds(1), .ok) : (.milliseconds(1), .refused) }
        host.consume()
        readBack(host)
        #expect(host.requeued.isEmpty && host.settled.values.map { $0 } == [.delivered])
    }

    @Test("presence and retry topic: attempts already made count, whoever is in the app meanwhile")
    func attemptsCount() {
        var isThere = false
        let host = presenceHost { isThere ? $0.nanoseconds : 0 }
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        host.consume(timeToLive: .hours(2))
        host.run(for: .milliseconds(50))
        isThere = true
        readBack(host)
        #expect(host.sent.map(\.channel) == [.push, .push, .push])
        #expect(host.settled.values.map { $0 } == [.deadLettered])
    }

    @Test("presence and retry topic: whether it was seen is asked here until the store answers")
    func seenIsAskedHere() {
        var fails = false
        let host = presenceHost(lastSeen: { $0.nanoseconds }) { $0.routing.presence?.onFailure = .closed }
        host.answer = { [unowned host] read, _ in
            read.kind == .presence ? (.milliseconds(1), fails ? .failed : .value(host.now.nanoseconds)) : nil
        }
        host.consume()
        host.run(for: .seconds(10))
        fails = true
        host.run(for: .seconds(60))
        fails = false
        readBack(host)
        #expect(host.requeued.isEmpty && host.sent.map(\.channel) == [.inApp])
        #expect(host.dispatcher.counters.seenInApp == 1)
    }

    // MARK: Collapse keys

    @Test(
        "collapse and retry topic: what comes back after a later one with its key is not sent",
        arguments: [false, true])
    func collapse(laterWaits: Bool) {
        let host = host { $0.routing.collapses = true }
        host.respond = { $0.reference == 1 ? (.milliseconds(1), .overloaded) : (.milliseconds(1), .ok) }
        host.consume(collapseKey: 5)
        host.run(for: .seconds(5))
        if laterWaits { host.respond = { _ in (.seconds(8), .ok) } }
        let later = host.consume(collapseKey: 5)
        host.run(until: host.requeued[0].at)
        let again = host.consumeAgain(host.requeued[0])
        #expect(host.settled[again] == .suppressed && host.dispatcher.counters.collapsed == 1)
        host.drain()
        #expect(host.settled[later] == .delivered)
        #expect(host.sent.map(\.reference) == [1, later])
    }

    @Test("collapse and retry topic: of two that are away the earlier one is not sent, and what nothing replaced is")
    func twoAway() {
        let host = host { $0.routing.collapses = true }
        host.respond = { _ in (.milliseconds(1), .overloaded) }
        for key in [5, 5, 6] as [UInt64] {
            host.consume(collapseKey: key)
            host.run(for: .seconds(1))
        }
        #expect(host.requeued.count == 3)
        host.respond = { _ in (.milliseconds(1), .ok) }
        host.run(for: .seconds(10))
        let again = host.requeued.map { host.consumeAgain($0) }
        let outcomes = again.map { host.settled[$0] }
        host.drain()
        #expect(outcomes == [.suppressed, nil, nil])
        #expect(host.settled.values.count { $0 == .delivered } == 2)
        #expect(host.dispatcher.keysAway == 0)
    }

    @Test("collapse and retry topic: what may have been taken goes on, and a key is forgotten with its message")
    func unsureAndForgotten() {
        let host = host { $0.routing.collapses = true }
        host.respond = { $0.reference == 1 ? (.milliseconds(1), .timedOut) : (.milliseconds(1), .ok) }
        host.consume(collapseKey: 5)
        host.run(for: .seconds(5))
        host.consume(collapseKey: 5)
        host.run(until: host.requeued[0].at)
        let again = host.consumeAgain(host.requeued[0])
        host.drain()
        #expect(host.settled[again] == .delivered && host.dispatcher.counters.riskyRetries == 1)

        host.respond = { _ in (.milliseconds(1), .overloaded) }
        for key in 10..<20 as Range<UInt64> { host.consume(timeToLive: .seconds(30), collapseKey: key) }
        host.run(for: .seconds(1))
        #expect(host.dispatcher.keysAway == 10)
        // They come back elsewhere, and expire.
        host.run(for: .seconds(60))
        for key in 20..<40 as Range<UInt64> {
            host.consume(timeToLive: .seconds(30), collapseKey: key)
            host.run(for: .milliseconds(10))
        }
        #expect(host.dispatcher.keysAway == 20)
    }

    @Test("what fails after a later one with its key has come is not sent again", arguments: Policy.Waiting.allCases)
    func outdatedInFlight(waiting: Policy.Waiting) {
        var policy = Policy.plain(waiting: waiting)
        policy.routing.collapses = true
        let host = TestHost(policy)
        host.respond = { $0.reference == 1 ? (.seconds(1), .overloaded) : (.milliseconds(1), .ok) }
        let earlier = host.consume(collapseKey: 5)
        host.run(for: .milliseconds(100))
        let later = host.consume(collapseKey: 5)
        host.drain()
        #expect(host.sent.map(\.reference) == [earlier, later])
        #expect(host.settled == [earlier: .suppressed, later: .delivered])
        #expect(host.requeued.isEmpty && host.dispatcher.counters.collapsed == 1)
    }
}
