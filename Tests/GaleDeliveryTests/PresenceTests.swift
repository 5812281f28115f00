// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Presence and frequency caps in the dispatcher, through a store.
struct PresenceTests {
    /// What a store knows of one recipient's visits: when it was last seen, as of now.
    private static func host(
        _ presence: PresencePolicy = PresencePolicy(), waiting: Policy.Waiting = .park,
        lastSeen: @escaping (Instant) -> Int64?
    ) -> TestHost {
        var policy = Policy.plain(waiting: waiting).adding(.inApp, provider: 1)
        policy.deduplication = Policy.Deduplication()
        policy.routing.presence = presence
        let host = TestHost(policy, providers: ProviderDescription.gateways(2))
        host.answer = { [unowned host] read, _ in
            guard read.kind == .presence else { return nil }
            guard let seen = lastSeen(host.now) else { return (.milliseconds(1), .failed) }
            return (.milliseconds(1), seen == 0 ? .absent : .value(seen))
        }
        host.run(for: .seconds(1_000))
        return host
    }

    @Test("who is not in the app gets a push", arguments: [0, 930_000_000_000])
    func absent(lastSeen: Int64) {
        let host = Self.host { _ in lastSeen }
        host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push])
        #expect(host.dispatcher.counters.fallbacks == 0)
    }

    @Test("who is in the app is told there, and if they look there that is all", arguments: Policy.Waiting.allCases)
    func seen(waiting: Policy.Waiting) {
        let host = Self.host(waiting: waiting) { $0.nanoseconds - 1_000_000_000 }
        let reference = host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.inApp])
        #expect(host.settled[reference] == .delivered)
        #expect(host.settledAt[reference]! > .zero + .seconds(1_030))
        #expect(host.dispatcher.counters.seenInApp == 1)
        #expect(host.writes.count == 1)
        #expect(host.requeued.isEmpty && host.slotsHeld == 0)
    }

    @Test("who was there but doesn't look gets a push when the time is over")
    func unseen() {
        let host = Self.host { min($0.nanoseconds, 990_000_000_000) }
        host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.inApp, .push])
        #expect(host.sent[1].at - host.sent[0].at > .seconds(30))
        #expect(host.sent[1].at - host.sent[0].at < .seconds(31))
        #expect(host.releases.map(\.reason) == [.seen])
    }

    @Test("without a time to be seen in, the app is the end of the matter")
    func withoutSeen() {
        let host = Self.host(PresencePolicy(seenWithin: nil)) { $0.nanoseconds }
        host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.inApp] && host.releases.isEmpty)
    }

    @Test("an app that can't take it, or refuses it, doesn't keep it")
    func appFails() {
        let host = Self.host { $0.nanoseconds }
        host.respond = { ($0.channel == .inApp ? (.milliseconds(1), .overloaded) : (.milliseconds(1), .ok)) }
        let reference = host.consume()
        host.run(for: .milliseconds(100))
        #expect(host.sent.map(\.channel) == [.inApp, .push])
        #expect(host.settled[reference] == .delivered)
    }

    @Test("what the app took counts as delivered, whatever becomes of the push")
    func pushFails() {
        let host = Self.host { min($0.nanoseconds, 990_000_000_000) }
        host.respond = { ($0.channel == .push ? (.milliseconds(1), .refused) : (.milliseconds(1), .ok)) }
        let reference = host.consume()
        let short = host.consume(timeToLive: .seconds(10))
        host.drain()
        #expect(host.settled[reference] == .delivered && host.settled[short] == .delivered)
        #expect(host.writes.count == 2)
    }

    @Test("a store that fails: open sends a push, closed asks again")
    func storeFails() {
        let open = Self.host { _ in nil }
        open.consume()
        open.run(for: .milliseconds(100))
        #expect(open.sent.map(\.channel) == [.push])
        var fails = true
        let closed = Self.host(PresencePolicy(onFailure: .closed)) { fails ? nil : $0.nanoseconds }
        closed.consume()
        closed.run(for: .milliseconds(100))
        #expect(closed.sent.isEmpty)
        fails = false
        closed.drain()
        #expect(closed.sent.map(\.channel) == [.inApp])
    }

    // MARK: Caps

    private final class Caps {
        var log: FrequencyLog
        init(_ cap: FrequencyCap) { log = FrequencyLog(limit: cap.limit, window: cap.window) }
    }

    private static func capped(_ cap: FrequencyCap, waiting: Policy.Waiting = .park) -> TestHost {
        var policy = Policy.plain(waiting: waiting)
        policy.routing.cap = cap
        let host = TestHost(policy)
        let caps = Caps(cap)
        host.answer = { [unowned host] read, key in
            guard read.kind == .cap else { return nil }
            let isAdmitted = caps.log.admit(recipient: read.key, key: key, at: host.now)
            return (.milliseconds(1), isAdmitted ? .absent : .value(1))
        }
        return host
    }

    @Test("beyond the cap a notification is suppressed; critical ones and other channels are not counted")
    func cap() {
        let host = Self.capped(FrequencyCap(limit: 2, window: .seconds(60), channels: [.push]))
        for _ in 0..<3 { host.consume(recipient: 1) }
        host.consume(recipient: 2)
        host.consume(priority: .critical, recipient: 1)
        host.run(for: .seconds(60))
        host.consume(recipient: 1)
        host.drain()
        #expect(host.settled.filter { $0.value == .suppressed }.map(\.key) == [3])
        #expect(host.dispatcher.counters.capped == 1)
        #expect(host.lookUps.count == 5)
    }

    @Test(
        "no recipient ever gets more than the cap in any window, retries aside", arguments: Policy.Waiting.allCases,
        1...12)
    func neverExceeded(waiting: Policy.Waiting, seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let cap = FrequencyCap(limit: 1 + random.below(3), window: .seconds(20), bypass: nil)
        let host = Self.capped(cap, waiting: waiting)
        host.random = { random.next() }
        var answers = SplitMix(seed: UInt64(seed) &+ 5)
        host.respond = { _ in (.milliseconds(Int64(answers.below(300))), answers.chance(50) ? .ok : .overloaded) }
        for _ in 0..<400 {
            host.consume(timeToLive: .seconds(15), recipient: UInt64(answers.below(5)))
            host.run(for: .milliseconds(Int64(answers.below(600))))
        }
        host.drain()
        var looked: [UInt64: Instant] = [:]
        for lookUp in host.lookUps where looked[lookUp.reference] == nil { looked[lookUp.reference] = lookUp.at }
        for recipient in 0..<5 as Range<UInt64> {
            let references = Set(host.sent.map(\.reference)).filter { host.notification(of: $0).recipient == recipient }
            let times = references.map { looked[$0]!.nanoseconds }.sorted()
            for (place, time) in times.enumerated() where place >= cap.limit {
                #expect(time - times[place - cap.limit] >= cap.window.nanoseconds)
            }
        }
        #expect(host.dispatcher.counters.capped > 0)
    }
}
