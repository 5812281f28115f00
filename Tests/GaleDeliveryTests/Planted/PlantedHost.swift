// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

#if PlantedBugs
    /// A host that checks nothing and writes down what it is asked for: what `TestHost` refuses to do is what bugs ask.
    final class PlantedHost {
        private struct Pending {
            var at: Int64
            var order: Int
            var input: Input
        }

        let dispatcher: Dispatcher
        private(set) var log: [String] = []
        private(set) var now: Int64 = 0
        private var agenda: [Pending] = []
        private var order = 0
        private var random: SplitMix
        private var actions = Actions()
        private var notifications: [UInt64: Notification] = [:]
        /// What the provider says to the nth send, and after how long.
        var respond: (Int) -> (Interval, ProviderResponse) = { _ in (.milliseconds(10), ProviderResponse(status: 200)) }
        /// What a store says about the nth question.
        var lookUp: (StateRead, Int) -> LookupAnswer = { _, _ in .absent }
        private var sends = 0
        private var reads = 0

        init(_ policy: Policy, providers: [ProviderDescription], seed: UInt64) {
            dispatcher = Dispatcher(policy: policy, providers: providers)
            random = SplitMix(seed: seed)
        }

        func consume(_ notification: Notification) {
            notifications[notification.reference] = notification
            handle(.consumed(notification))
        }

        func handle(_ input: Input) {
            actions.removeAll()
            dispatcher.handle(input, now: Instant(nanoseconds: now), random: random.next(), into: &actions)
            for place in 0..<actions.count { carryOut(actions[place]) }
        }

        func run(until end: Interval) {
            while let place = next, agenda[place].at <= end.nanoseconds {
                let next = agenda.remove(at: place)
                now = max(now, next.at)
                handle(next.input)
            }
            now = max(now, end.nanoseconds)
        }

        /// Of the agenda, what comes first.
        private var next: Int? {
            agenda.indices.min { (agenda[$0].at, agenda[$0].order) < (agenda[$1].at, agenda[$1].order) }
        }

        private func schedule(_ input: Input, at: Int64) {
            order += 1
            agenda.append(Pending(at: at, order: order, input: input))
        }

        private func carryOut(_ action: Action) {
            log.append("\(now) \(action)")
            switch action {
            case .send(let attempt, _, _, _, let timeout, _, _):
                let (after, response) = respond(sends)
                sends += 1
                let isInTime = after < timeout
                schedule(
                    .responded(attempt, isInTime ? response : .timedOut),
                    at: now + min(after, timeout).nanoseconds)
            case .lookUp(let lookup, _, let read):
                schedule(.lookedUp(lookup, lookUp(read, reads)), at: now + 1_000_000)
                reads += 1
            case .wake(let timer, let at): schedule(.woken(timer), at: max(now, at.nanoseconds))
            case .acquire(let chain, _): schedule(.granted(chain), at: now)
            case .requeue(let reference, let at, let attempts, _, _):
                guard var notification = notifications[reference] else { return }
                notification.previousAttempts = attempts
                schedule(.consumed(notification), at: max(now, at.nanoseconds))
            case .write, .release, .hold, .cancel, .settle: break
            }
        }
    }
#endif
