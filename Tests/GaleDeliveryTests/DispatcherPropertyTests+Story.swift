// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// A look-up of what a store knows of a recipient on a channel, for one notification.
private struct Asked: Hashable {
    var kind: StateKind
    var entry: UInt64
    var key: UInt64
}

/// Random stories.
extension DispatcherPropertyTests {
    static let dialects: [ProviderDialect] = [.apns, .fcm, .gateway, .sms, .smtp]
    static let providers = dialects.enumerated().map { ProviderDescription(name: "p\($0)", dialect: $1) }

    private func randomResponse(_ random: inout SplitMix, _ dialect: ProviderDialect, _ isBad: Bool) -> ProviderResponse
    {
        if !random.chance(isBad ? 80 : 10) { return ProviderResponse(status: dialect == .smtp ? 250 : 200) }
        switch random.below(10) {
        case 0: return .timedOut
        case 1: return .connectionReset
        case 2: return .connectionFailed
        case 3...5: return ProviderResponse(status: dialect == .smtp ? 451 : 503)
        case 6:
            return ProviderResponse(status: dialect == .smtp ? 421 : 429, retryAfter: .seconds(Int64(random.below(30))))
        default:
            let reasons = Reason.all(dialect)
            let reason = reasons[random.below(reasons.count)]
            // Stops are rare in life; here they would hide everything else.
            if Taxonomy.classify(dialect, ProviderResponse(status: 0, reason: reason)).errorClass == .stopSender,
                !random.chance(10)
            {
                return ProviderResponse(status: dialect == .smtp ? 451 : 500)
            }
            // Some providers push back, and some forbid a retry.
            let pushback: Interval? = random.chance(10) ? .milliseconds(Int64(random.below(9_000)) - 1_000) : nil
            let since: Instant? = random.chance(30) ? .zero + .seconds(Int64(random.below(30))) : nil
            return ProviderResponse(
                status: reason.usualStatus!, reason: reason, retryAfter: pushback, invalidSince: since)
        }
    }

    /// Runs a random story to its end and returns its host.
    ///
    /// - Parameter watch: looks at each send, with the host, when its books are done.
    func play(
        seed: UInt64, waiting: Policy.Waiting, messages: Int = 400, readsBack: Bool = false,
        change: (inout Policy, inout SplitMix) -> Void = { _, _ in },
        watch: @escaping (TestHost.Sent, TestHost) -> Void = { _, _ in }
    ) -> (host: TestHost, policy: Policy) {
        var random = SplitMix(seed: seed)
        var policy = randomPolicy(&random, waiting)
        change(&policy, &random)
        let host = TestHost(policy, providers: Self.providers)
        var reader = RetryTopicReader(host)
        var asked: [Asked: (at: Instant, answer: LookupAnswer)] = [:]
        var words = SplitMix(seed: seed &* 31 &+ 1)
        var answers = SplitMix(seed: seed &* 37 &+ 2)
        host.random = { words.next() }
        host.grant = { answers.chance(50) ? .zero : .milliseconds(Int64(answers.below(400))) }
        host.lookUp = { _ in
            (
                .milliseconds(Int64(answers.below(50))),
                answers.chance(10) ? .present : answers.chance(20) ? .failed : .absent
            )
        }
        host.answer = { [unowned host] read, key in
            if read.kind == .suppression || read.kind == .consent {
                guard let (after, answer) = host.store.answer(read, 0, at: host.now) else { return nil }
                asked[Asked(kind: read.kind, entry: read.key, key: key)] = (host.now + after, answer)
                return (after, answer)
            }
            guard read.kind == .presence else { return nil }
            let seen = max(1, host.now.nanoseconds - Int64(answers.below(40)) * 1_000_000_000)
            let answer: LookupAnswer =
                answers.chance(20) ? .failed : answers.chance(30) ? .absent : .value(seen)
            return (.milliseconds(Int64(answers.below(50))), answer)
        }
        host.respond = { sent in
            let isBad = sent.at.nanoseconds / 10_000_000_000 % 2 == 1
            let response = randomResponse(&answers, Self.dialects[sent.provider], isBad)
            let after = Interval.milliseconds(Int64(answers.below(300)))
            if answers.chance(10) {
                // Once more, later: repeated, late or stale, and not always the same.
                let again = randomResponse(&answers, Self.dialects[sent.provider], false)
                host.schedule(.responded(sent.attempt, again), at: sent.at + after * 2 + .milliseconds(1))
            }
            if answers.chance(5) {
                let later = sent.at + .milliseconds(Int64(answers.below(3_000)))
                host.schedule(.lookedUp(LookupID(rawValue: sent.chain.rawValue), .present), at: later)
                host.schedule(.woken(TimerID(rawValue: sent.attempt.rawValue)), at: later)
                host.schedule(.woken(TimerID(rawValue: answers.next())), at: later)
                host.schedule(.responded(AttemptID(rawValue: answers.next()), .ok), at: later)
            }
            return (after, response)
        }
        var objecting: Set<UInt64> = []
        host.onSend = { [unowned host] in
            expectRoom(for: $0, policy, host)
            watch($0, host)
            let notification = host.notification(of: $0.reference)
            let entry = StateKind.key(recipient: notification.recipient, $0.channel)
            for kind in policy.stateKinds where kind == .suppression || kind == .consent {
                let known = asked[Asked(kind: kind, entry: entry, key: notification.key)]
                #expect(known != nil, "each channel is asked about before anything is sent on it")
                guard let known, case .value(let value) = known.answer else { continue }
                let forbids = policy.suppression.map { SuppressionRecord(value)?.forbids(at: known.at, $0) ?? false }
                #expect(kind == .suppression && forbids == false, "nothing is sent where a store forbids it")
            }
            if policy.consent != nil {
                #expect(!objecting.contains(notification.recipient), "nothing is sent to who objects")
            }
            if policy.order == .key {
                #expect(host.isFirstOfRecipient($0.reference), "nothing is sent before what came before it has ended")
            }
            if let most = policy.maximumDeliveries { #expect(notification.deliveries <= most) }
        }
        host.store.keeps = [.suppression, .consent]
        host.store.behaviour = { _, _ in (.milliseconds(Int64(answers.below(50))), answers.chance(10)) }
        for _ in 0..<messages {
            reader.run(for: .milliseconds(Int64(random.below(200))), readsBack)
            if random.chance(10) {
                let recipient = UInt64(random.below(20))
                let isGranted = objecting.contains(recipient)
                if isGranted { objecting.remove(recipient) } else { objecting.insert(recipient) }
                changeConsent(of: recipient, isGranted: isGranted, host)
                if objecting.count > 5, let first = objecting.min() {
                    objecting.remove(first)
                    changeConsent(of: first, isGranted: true, host)
                }
            }
            host.consume(
                channel: Channel.allCases[random.below(4)], platform: Platform.allCases[random.below(4)],
                previousAttempts: random.chance(10) ? UInt64(random.below(512)) : 0,
                tenant: UInt32(random.below(6)), priority: Priority.allCases[random.below(4)],
                created: random.chance(5) ? .zero : nil,
                timeToLive: .milliseconds(Int64(random.below(random.chance(30) ? 2_000 : 120_000))),
                recipient: UInt64(random.below(20)), zone: TimeZoneIndex(rawValue: UInt16(random.below(5))),
                collapseKey: UInt64(random.below(3)),
                registered: .zero + .seconds(Int64(random.below(30))),
                deliveries: random.chance(80) ? 1 : UInt8(1 + random.below(8)))
        }
        reader.drain(readsBack)
        return (host, policy)
    }

    /// Into the store, and to the dispatcher.
    private func changeConsent(of recipient: UInt64, isGranted: Bool, _ host: TestHost) {
        for channel in Channel.allCases {
            let key = StateKind.key(recipient: recipient, channel)
            host.store.apply(
                StateWrite(kind: .consent, key: key, isGranted ? .remove : .set(1), lifetime: .hours(99)), at: host.now)
        }
        host.handle(.consentChanged(recipient: recipient, channel: nil, isGranted: isGranted))
    }
}
