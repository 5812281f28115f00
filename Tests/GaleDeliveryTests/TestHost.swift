// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

/// The smallest host: a clock that the test advances, answers that the test scripts, and books that must balance.
///
/// Every action is checked as it comes: none for a chain that has ended, no send after expiry, slots given and taken in turn,
/// a wake under way for every queue that isn't empty.
final class TestHost {
    struct Sent {
        var at: Instant
        var attempt: AttemptID
        var chain: ChainID
        var reference: UInt64
        var provider: Int
        var channel: Channel
        /// From 1, by reference.
        var ordinal: Int
    }

    struct Requeued: Equatable {
        var reference: UInt64
        var at: Instant
        var attempts: UInt64
        var level: RetryLevel
        var reason: WaitReason
    }

    private struct Message {
        var notification: Notification
        var holdsSlot = true
        var isAcquiring = false
        var ended = false
        var sends = 0
    }

    private struct Pending {
        var at: Instant
        var order: Int
        var input: Input
    }

    let dispatcher: Dispatcher
    private(set) var now = Instant.zero
    private(set) var sent: [Sent] = []
    private(set) var settled: [UInt64: Outcome] = [:]
    private(set) var settledAt: [UInt64: Instant] = [:]
    private(set) var requeued: [Requeued] = []
    /// Idempotency keys.
    private(set) var writes: [UInt64] = []
    private(set) var changes: [StateWrite] = []
    private(set) var reads: [StateRead] = []
    private(set) var lookUps: [(at: Instant, reference: UInt64)] = []
    private(set) var holds: [(reference: UInt64, reason: WaitReason)] = []
    private(set) var releases: [(reference: UInt64, reason: WaitReason)] = []
    private(set) var cancelled: [AttemptID] = []
    private(set) var wakes: [Instant] = []
    private(set) var timers: [TimerID] = []
    private(set) var slotsHeld = 0

    /// What the provider says and how long it takes; nil: the test answers by hand.
    var respond: (Sent) -> (after: Interval, response: ProviderResponse)? = { _ in (.milliseconds(10), .ok) }
    /// Keeps what is written and answers from it; what it does not keep is left to `lookUp`.
    var store = TestStore()
    /// Asked before the store, with the key of the notification; nil: the store answers.
    var answer: ((StateRead, _ key: UInt64) -> (after: Interval, answer: LookupAnswer)?)?
    var lookUp: (UInt64) -> (after: Interval, answer: LookupAnswer)? = { _ in (.milliseconds(1), .absent) }
    /// How long an `acquire` waits for its slot; nil: the test grants by hand.
    var grant: () -> Interval? = { .zero }
    /// Random words; full jitter's delay is the whole ceiling when they are all ones.
    var random: () -> UInt64 = { .max }

    /// Attempts under way that somebody waits for, with their notification's reference.
    private(set) var underWay: [AttemptID: (provider: Int, tenant: UInt32, reference: UInt64)] = [:]
    /// Looks at each send when its books are done.
    var onSend: (Sent) -> Void = { _ in }

    private var messages: [UInt64: Message] = [:]
    private var agenda: [Pending] = []
    private var order = 0
    private var nextReference: UInt64 = 1
    private var actions = Actions(capacity: 4)

    init(
        _ policy: Policy, providers: [ProviderDescription] = [ProviderDescription(name: "a", dialect: .gateway)],
        mostChains: Int? = nil
    ) {
        dispatcher =
            mostChains.map { Dispatcher(policy: policy, providers: providers, mostChains: $0) }
            ?? Dispatcher(policy: policy, providers: providers)
    }

    /// Hands a notification in and returns its reference.
    @discardableResult
    func consume(
        channel: Channel = .push, platform: Platform = .ios, key: UInt64? = nil, previousAttempts: UInt64 = 0,
        tenant: UInt32 = 1, priority: Priority = .normal, created: Instant? = nil, timeToLive: Interval = .hours(1),
        recipient: UInt64 = 1, zone: TimeZoneIndex = .unknown, collapseKey: UInt64 = 0,
        registered: Instant = Instant(nanoseconds: .min), deliveries: UInt8 = 1
    ) -> UInt64 {
        let reference = nextReference
        nextReference += 1
        let created = created ?? now
        let notification = Notification(
            reference: reference, key: key ?? reference, recipient: recipient, tenant: tenant, channel: channel,
            platform: platform, previousAttempts: previousAttempts, created: created, expires: created + timeToLive,
            priority: priority, zone: zone, collapseKey: collapseKey, registered: registered,
            deliveries: deliveries)
        take(notification)
        return reference
    }

    /// Hands in what was handed to a retry topic, as one that is read there would, and returns its new reference.
    @discardableResult
    func consumeAgain(_ requeued: Requeued) -> UInt64 {
        var notification = notification(of: requeued.reference)
        notification.reference = nextReference
        notification.previousAttempts = requeued.attempts
        nextReference += 1
        again += 1
        take(notification)
        return notification.reference
    }

    /// Notifications, however often they came back.
    var freshCount: Int { consumedCount - again }
    private var again = 0

    private func take(_ notification: Notification) {
        messages[notification.reference] = Message(notification: notification)
        slotsHeld += 1
        handle(.consumed(notification))
    }

    /// Inputs given so far.
    private(set) var handled = 0

    /// Gives an input now, whatever the agenda says.
    func handle(_ input: Input) {
        if case .granted(let chain) = input { noteGrant(chain) }
        if case .responded(let attempt, _) = input { underWay[attempt] = nil }
        actions.removeAll()
        handled += 1
        dispatcher.handle(input, now: now, random: random(), into: &actions)
        for index in 0..<actions.count { carryOut(actions[index]) }
        checkQueues()
    }

    func schedule(_ input: Input, at: Instant) {
        order += 1
        let pending = Pending(at: at, order: order, input: input)
        var low = 0
        var high = agenda.count
        while low < high {  // latest first, so that the next one is popped off the end
            let middle = (low + high) / 2
            if (agenda[middle].at, agenda[middle].order) > (pending.at, pending.order) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        agenda.insert(pending, at: low)
    }

    /// Lets time pass up to and including `instant`.
    func run(until instant: Instant) {
        while let next = agenda.last, next.at <= instant {
            agenda.removeLast()
            now = max(now, next.at)
            handle(next.input)
        }
        now = max(now, instant)
    }

    func run(for interval: Interval) { run(until: now + interval) }

    /// Lets time pass until the next of what is pending has happened.
    func step() {
        if let next = agenda.last { run(until: next.at) }
    }

    /// Lets time pass until nothing is pending.
    func drain(limit: Int = 5_000_000) {
        var left = limit
        while let next = agenda.last, left > 0 {
            left -= 1
            run(until: next.at)
        }
        #expect(left > 0, "the host must come to rest")
    }

    func notification(of reference: UInt64) -> Notification { messages[reference]!.notification }

    /// Whether all that came before with the same recipient has ended.
    func isFirstOfRecipient(_ reference: UInt64) -> Bool {
        let recipient = messages[reference]!.notification.recipient
        return (1..<reference).allSatisfy {
            messages[$0]!.ended || messages[$0]!.notification.recipient != recipient
        }
    }

    var isIdle: Bool { agenda.isEmpty }
    var consumedCount: Int { messages.count }
    var endedCount: Int { messages.values.count { $0.ended } }

    private func carryOut(_ action: Action) {
        switch action {
        case .send(let attempt, let chain, let reference, let key, let timeout, let provider, let channel):
            #expect(key == messages[reference]?.notification.key)
            sent(attempt, chain, reference, provider, channel, timeout)
        case .lookUp(let identifier, let reference, let read):
            expectLive(reference)
            lookUps.append((now, reference))
            reads.append(read)
            #expect(messages[reference]!.holdsSlot, "a look-up is made from a slot")
            if let (after, answer) = self.answer?(read, messages[reference]!.notification.key) ?? store.answer(
                read, reference, at: now) ?? lookUp(reference)
            {
                let isLate = after >= read.timeout
                schedule(
                    .lookedUp(identifier, isLate ? .failed : answer), at: now + (isLate ? read.timeout : after))
            }
        case .write(let reference, let write):
            expectLive(reference)
            if write.kind == .deduplication { writes.append(write.key) }
            changes.append(write)
            store.apply(write, at: now)
        case .wake(let timer, let at):
            #expect(at > now, "a wake lies ahead")
            wakes.append(at)
            timers.append(timer)
            schedule(.woken(timer), at: at)
        case .hold(_, let reference, let reason):
            expectLive(reference)
            #expect(messages[reference]!.holdsSlot)
            holds.append((reference, reason))
        case .release(_, let reference, let reason):
            expectLive(reference)
            #expect(messages[reference]!.holdsSlot, "only a held slot is released")
            messages[reference]!.holdsSlot = false
            slotsHeld -= 1
            releases.append((reference, reason))
        case .acquire(let chain, let reference):
            acquire(chain, reference)
        case .requeue(let reference, let at, let attempts, let level, let reason):
            #expect(messages[reference]!.holdsSlot, "nothing is parked on its way to a retry topic")
            #expect(at > now && at < messages[reference]!.notification.expires)
            if reason == .deadLetter {
                #expect(level == .deadLetters && attempts & 0x3FF == 256, "it comes back once, afresh")
            }
            requeued.append(
                Requeued(reference: reference, at: at, attempts: attempts, level: level, reason: reason))
            end(reference)
        case .cancel(let attempt, let reference):
            expectLive(reference)
            #expect(underWay[attempt]?.reference == reference, "only an attempt under way is called back")
            underWay[attempt] = nil
            cancelled.append(attempt)
        case .settle(let reference, let outcome):
            #expect(settled[reference] == nil, "settled once")
            settled[reference] = outcome
            settledAt[reference] = now
            end(reference)
        }
    }

    private func sent(
        _ attempt: AttemptID, _ chain: ChainID, _ reference: UInt64, _ provider: ProviderIndex, _ channel: Channel,
        _ timeout: Interval
    ) {
        expectLive(reference)
        #expect(messages[reference]!.holdsSlot, "an attempt is made from a slot")
        #expect(now < messages[reference]!.notification.expires, "nothing is sent after it expired")
        messages[reference]!.sends += 1
        let record = Sent(
            at: now, attempt: attempt, chain: chain, reference: reference, provider: Int(provider.rawValue),
            channel: channel, ordinal: messages[reference]!.sends)
        sent.append(record)
        underWay[attempt] = (record.provider, messages[reference]!.notification.tenant, reference)
        onSend(record)
        mostUnderWay = max(mostUnderWay, underWay.values.count { $0.reference == reference })
        if let (after, response) = respond(record) {
            let isLate = after >= timeout
            schedule(.responded(attempt, isLate ? .timedOut : response), at: now + min(after, timeout))
        }
    }

    private func acquire(_ chain: ChainID, _ reference: UInt64) {
        expectLive(reference)
        #expect(!messages[reference]!.holdsSlot && !messages[reference]!.isAcquiring, "one acquire at a time")
        messages[reference]!.isAcquiring = true
        acquiring[chain.rawValue] = reference
        // Never before the actions at hand are carried out, also when at this instant.
        if let after = grant() { schedule(.granted(chain), at: now + after) }
    }

    private var acquiring: [UInt64: UInt64] = [:]
    /// The most attempts of one notification that were under way at once.
    private(set) var mostUnderWay = 0

    private func noteGrant(_ chain: ChainID) {
        guard let reference = acquiring.removeValue(forKey: chain.rawValue) else { return }
        messages[reference]!.isAcquiring = false
        messages[reference]!.holdsSlot = true
        slotsHeld += 1
    }

    private func expectLive(_ reference: UInt64) {
        #expect(messages[reference].map { !$0.ended } == true, "no action for a chain that has ended")
    }

    private func end(_ reference: UInt64) {
        expectLive(reference)
        #expect(!messages[reference]!.isAcquiring, "nobody ends while the host looks for a slot")
        messages[reference]!.ended = true
        for (attempt, call) in underWay where call.reference == reference { underWay[attempt] = nil }
        if messages[reference]!.holdsSlot { slotsHeld -= 1 }
        messages[reference]!.holdsSlot = false
    }

    private func checkQueues() {
        for queue in dispatcher.queues where queue.count > 0 {
            guard let at = queue.wakeAt else {
                Issue.record("a queue that isn't empty has a wake under way")
                continue
            }
            #expect(at >= now)
        }
    }
}
