// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import NIOCore

/// The simulated host of a replay: a component with a queue, slots, a store and timers, whose provider is the log.
final class ReplayHost: Component {
    /// Kinds of events, for the trajectory; the payload is the input's place in the log.
    enum Kind {
        static let arrives: UInt32 = 0
        static let happens: UInt32 = 1
    }

    let dispatcher: Dispatcher
    private let log: RunLog
    private var answers: ReplayIndex
    private var actions = Actions()
    private let store = LiveStore()
    private var records: [UInt64: Record] = [:]
    private var freeSlots: Int
    /// What waits for a slot, in the order in which it asked; it goes before new work.
    private var acquiring = CircularBuffer<(chain: ChainID, reference: UInt64)>()
    private var attempts: [AttemptID: Attempt] = [:]
    private var lookUps: [LookupID: LookupAnswer] = [:]
    /// When a timer may go off at the earliest; the same name may be used again.
    private var timers: [TimerID: [Instant]] = [:]
    private var next = 0
    private var difference: ReplayDifference?

    private struct Record {
        var notification: Notification
        var holdsSlot = false
        /// It went through a retry topic and comes back from then on.
        var returns: Instant?
    }

    private struct Attempt {
        var reference: UInt64
        var sent: Instant
        var timeout: Interval
    }

    init(_ log: RunLog, policy: Policy, providers: [ProviderDescription], kernel: Kernel) {
        self.log = log
        answers = ReplayIndex(log.entries)
        freeSlots = log.header.slots
        dispatcher = Dispatcher(policy: policy, providers: providers)
        super.init(kernel: kernel, name: "replay")
        scheduleArrival(from: 0)
    }

    /// The first difference, if there was one, or else what is missing at the end.
    func finish() throws(ReplayDifference) {
        if let difference { throw difference }
        if next < log.entries.count { throw Self.unasked(next, log.entries[next].input) }
        guard log.isComplete else { return }
        // Timers may be pending when a run ends: nobody waits for them.
        if let attempt = attempts.keys.min(by: { $0.rawValue < $1.rawValue }) {
            throw ReplayDifference(input: next, problem: "the log has no answer to attempt \(attempt.rawValue)")
        }
        if let lookup = lookUps.keys.min(by: { $0.rawValue < $1.rawValue }) {
            throw ReplayDifference(input: next, problem: "the log has no answer to look-up \(lookup.rawValue)")
        }
    }

    // MARK: Events

    /// Arrivals come from outside: each brings the next.
    private func scheduleArrival(from place: Int) {
        guard let place = log.entries[place...].firstIndex(where: { ReplayIndex.question(of: $0.input) == nil })
        else { return }
        scheduler.schedule(
            at: log.entries[place].at, target: index, kind: Kind.arrives, payload: UInt64(place))
    }

    /// The log's answer to a question becomes an event.
    private func schedule(_ question: ReplayIndex.Question) {
        guard let place = answers.take(question, after: next) else { return }
        scheduler.schedule(
            at: log.entries[place].at, target: index, kind: Kind.happens, payload: UInt64(place))
    }

    override func handle(_ event: Event) -> UInt64 {
        let place = Int(event.payload)
        if difference != nil { return Component.void }
        guard place == next else {
            difference = Self.unasked(next, log.entries[next].input)
            return Component.void
        }
        if event.kind == Kind.arrives { scheduleArrival(from: place + 1) }
        do throws(ReplayDifference) {
            try admit(log.entries[place].input, at: event.time)
            try dispatch(log.entries[place])
        } catch {
            difference = error
        }
        next += 1
        return event.payload
    }

    private static func unasked(_ place: Int, _ input: Input) -> ReplayDifference {
        ReplayDifference(input: place, problem: "nothing led to '\(input.logged)'")
    }

    private func refuse(_ problem: String) -> ReplayDifference { ReplayDifference(input: next, problem: problem) }

    // MARK: Inputs

    /// Whether an input may come now, as this host has kept its books.
    private func admit(_ input: Input, at now: Instant) throws(ReplayDifference) {
        switch input {
        case .consumed(let notification): try arrive(notification, at: now)
        case .responded(let attempt, let response):
            guard let asked = attempts.removeValue(forKey: attempt) else { throw Self.unasked(next, input) }
            if response == .timedOut, now < asked.sent + asked.timeout {
                throw refuse("attempt \(attempt.rawValue) timed out before its time")
            }
        case .lookedUp(let lookup, let answer):
            guard let found = lookUps.removeValue(forKey: lookup) else { throw Self.unasked(next, input) }
            if answer != found { throw refuse("the store has \(found), and not what '\(input.logged)' says") }
        case .woken(let timer):
            var due = timers[timer] ?? []
            guard let place = due.indices.min(by: { due[$0] < due[$1] }), due[place] <= now else {
                throw Self.unasked(next, input)
            }
            due.remove(at: place)
            timers[timer] = due.isEmpty ? nil : due
        case .granted(let chain):
            guard let first = acquiring.first, first.chain == chain else { throw Self.unasked(next, input) }
            acquiring.removeFirst()
            try takeSlot(first.reference)
        case .consentChanged: break
        }
    }

    private func arrive(_ notification: Notification, at now: Instant) throws(ReplayDifference) {
        let reference = notification.reference
        if records[reference] == nil && notification.previousAttempts != 0 {
            throw refuse("notification \(reference) comes back, and was never here")
        }
        if let record = records[reference] {
            guard let returns = record.returns, record.notification == notification, now >= returns else {
                throw refuse("notification \(reference) is in hand already")
            }
        }
        records[reference] = Record(notification: notification)
        if !acquiring.isEmpty { throw refuse("others have waited for a slot before notification \(reference)") }
        try takeSlot(reference)
    }

    private func takeSlot(_ reference: UInt64) throws(ReplayDifference) {
        guard freeSlots > 0 else { throw refuse("there is no free slot for notification \(reference)") }
        freeSlots -= 1
        records[reference]?.holdsSlot = true
    }

    private func dispatch(_ entry: RunLog.Entry) throws(ReplayDifference) {
        var drawn = false
        dispatcher.handle(entry.input, now: scheduler.now, random: draw(entry.random, &drawn), into: &actions)
        if drawn != (entry.random != nil) {
            throw refuse(
                drawn ? "a random word was drawn, and the log has none" : "the log's random word was not drawn")
        }
        for place in 0..<max(actions.count, entry.actions.count) {
            try compare(place, entry)
            try carryOut(actions[place])
        }
        actions.removeAll()
    }

    private func draw(_ word: UInt64?, _ drawn: inout Bool) -> UInt64 {
        drawn = true
        return word ?? 0
    }

    private func compare(_ place: Int, _ entry: RunLog.Entry) throws(ReplayDifference) {
        let logged = place < entry.actions.count ? entry.actions[place] : nil
        let given = place < actions.count ? actions[place] : nil
        if logged == given { return }
        let found = given.map { "'\($0.logged)'" } ?? "no further action"
        let expected = logged.map { "'\($0.logged)'" } ?? "none"
        throw ReplayDifference(
            input: next, action: place, problem: "the replay gives \(found), the log has \(expected)")
    }

    // MARK: Actions

    private func carryOut(_ action: Action) throws(ReplayDifference) {
        let now = scheduler.now
        switch action {
        case .send(let attempt, _, let reference, _, let timeout, _, _):
            attempts[attempt] = Attempt(reference: reference, sent: now, timeout: timeout)
            schedule(.attempt(attempt))
        case .lookUp(let lookup, let reference, let read):
            guard let key = records[reference]?.notification.key else { throw refuse("a look-up for nobody") }
            lookUps[lookup] = store.read(read, key: key, at: now)
            schedule(.lookUp(lookup))
        case .write(_, let write): store.apply(write, at: now)
        case .wake(let timer, let at):
            timers[timer, default: []].append(at)
            schedule(.timer(timer))
        case .hold: break
        case .release(_, let reference, _): giveSlot(reference)
        case .acquire(let chain, let reference):
            acquiring.append((chain, reference))
            schedule(.slot(chain))
        case .requeue(let reference, let at, let attempts, _, _):
            giveSlot(reference)
            records[reference]?.notification.previousAttempts = attempts
            records[reference]?.returns = at
        case .cancel(let attempt, _):
            guard attempts.removeValue(forKey: attempt) != nil else { throw refuse("nothing to cancel") }
        case .settle(let reference, _):
            giveSlot(reference)
            guard records.removeValue(forKey: reference) != nil else { throw refuse("a notification settles twice") }
        }
    }

    private func giveSlot(_ reference: UInt64) {
        guard records[reference]?.holdsSlot == true else { return }
        records[reference]?.holdsSlot = false
        freeSlots += 1
    }
}
