// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// Suppression and consent together with presence and fallbacks: what is known of one channel says nothing about another.
struct SuppressionPairTests {
    private func host(seenWithin: Interval? = .seconds(30), isSeen: Bool = false) -> TestHost {
        var policy = Policy.plain().adding(.inApp, provider: 1).adding(.sms, provider: 2)
        policy.suppression = SuppressionPolicy(graylist: .seconds(10))
        policy.consent = ConsentPolicy()
        policy.routing.presence = PresencePolicy(seenWithin: seenWithin)
        policy.fallbacks = [Policy.Fallback(from: .push, to: .sms, after: nil)]
        let host = TestHost(policy, providers: ProviderDescription.gateways(3))
        host.store.keeps = [.suppression, .consent]
        host.answer = { [unowned host] read, _ in
            guard read.kind == .presence else { return nil }
            let now = host.now.nanoseconds
            return (.milliseconds(1), .value(isSeen ? now : min(now, 990_000_000_000)))
        }
        host.run(for: .seconds(1_000))
        return host
    }

    private func object(_ host: TestHost, to channel: Channel) {
        let key = StateKind.key(recipient: 1, channel)
        host.store.apply(StateWrite(kind: .consent, key: key, .set(1), lifetime: .hours(99)), at: host.now)
    }

    private func strike(_ host: TestHost, _ channel: Channel, ago: Interval, strikes: Int = 1) {
        let last = Instant(nanoseconds: (host.now - .zero - ago).nanoseconds)
        let record = SuppressionRecord(strikes: strikes, last: last)
        let key = StateKind.key(recipient: 1, channel)
        host.store.apply(
            StateWrite(kind: .suppression, key: key, .raise(record.value), lifetime: .hours(99)), at: host.now)
    }

    @Test("who objects to messages in the app gets none there")
    func objectsToApp() {
        let host = host()
        object(host, to: .inApp)
        host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push])
        #expect(host.dispatcher.counters.revoked == 1)
    }

    @Test("whom the app can't reach any more is not tried there")
    func struckInApp() {
        let host = host()
        strike(host, .inApp, ago: .hours(1), strikes: 2)
        host.consume()
        host.drain()
        #expect(host.sent.map(\.channel) == [.push])
        #expect(host.dispatcher.counters.suppressedByRecord == 1)
    }

    @Test("who objects to push, or can't be pushed, is told in the app all the same, and if unseen on the next channel")
    func objectsToPush() {
        for isObjection in [true, false] {
            let host = host()
            if isObjection { object(host, to: .push) } else { strike(host, .push, ago: .hours(1), strikes: 2) }
            let reference = host.consume()
            host.drain()
            #expect(host.sent.map(\.channel) == [.inApp, .sms])
            #expect(host.settled[reference] == .delivered)
        }
    }

    @Test("who objects to push while the app's message is under way, or unseen, gets no push")
    func objectsMeanwhile() {
        for wait in [0, 10] as [Int64] {
            let host = host()
            host.respond = { $0.channel == .inApp ? (.seconds(5), .ok) : (.milliseconds(1), .ok) }
            let reference = host.consume()
            host.run(for: .seconds(wait + 1))
            object(host, to: .push)
            host.handle(.consentChanged(recipient: 1, channel: .push, isGranted: false))
            host.run(for: .seconds(20))
            #expect(host.sent.map(\.channel) == [.inApp], "its time to be seen goes on")
            host.drain()
            #expect(host.sent.map(\.channel) == [.inApp, .sms])
            #expect(host.settled[reference] == .delivered)
        }
    }

    @Test("what the app has delivered takes no strike against pushing back")
    func appDelivers() {
        for isSeen in [true, false] {
            let host = host(seenWithin: isSeen ? .seconds(30) : nil, isSeen: isSeen)
            strike(host, .push, ago: .seconds(60))
            strike(host, .inApp, ago: .seconds(60))
            host.consume()
            host.drain()
            let removed = host.changes.filter { $0.kind == .suppression && $0.change == .remove }.map(\.key)
            #expect(host.sent.map(\.channel) == [.inApp])
            #expect(removed == [StateKind.key(recipient: 1, .inApp)])
        }
    }

    @Test("a late success on a channel that was left takes no strike against the next back; on the same one it does")
    func lateSuccess() {
        let host = host()
        host.answer = nil
        strike(host, .push, ago: .seconds(60))
        strike(host, .sms, ago: .seconds(60))
        host.respond = { _ in nil }
        host.consume()
        host.run(for: .milliseconds(10))
        host.handle(.responded(host.sent[0].attempt, .timedOut))
        host.run(for: .seconds(2))
        #expect(host.sent.map(\.channel) == [.push, .push])
        host.handle(.responded(host.sent[1].attempt, .refused))
        host.run(for: .milliseconds(10))
        #expect(host.sent.map(\.channel) == [.push, .push, .sms])
        host.handle(.responded(host.sent[0].attempt, .ok))
        #expect(host.settled == [1: .delivered])
        #expect(host.changes.allSatisfy { $0.kind != .suppression })

        host.consume()
        host.run(for: .milliseconds(10))
        host.handle(.responded(host.sent[3].attempt, .timedOut))
        host.run(for: .seconds(2))
        host.handle(.responded(host.sent[3].attempt, .ok))
        #expect(host.changes.filter { $0.kind == .suppression }.map(\.key) == [StateKind.key(recipient: 1, .push)])
    }
}
