// SPDX-License-Identifier: Apache-2.0
import struct Foundation.Date
import GaleDelivery
import GalePrimitives

/// What the service has around it: HTTP clients and stores. Each answers within the time it is given; `apply` takes a write on and
/// does not wait.
protocol Surroundings: Sendable {
    func post(_ notification: Notification, key: UInt64, to: ProviderIndex, within: Interval) async -> ProviderResponse
    func lookUp(_ read: StateRead) async -> LookupAnswer
    func apply(_ write: StateWrite)
}

/// The dispatcher decides, this actor does.
actor DeliveryService {
    private let dispatcher: Dispatcher
    private let surroundings: any Surroundings
    private let begin = (
        unix: Instant(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)), clock: ContinuousClock.now
    )
    private var actions = Actions()
    private var underWay: [AttemptID: Task<Void, Never>] = [:]
    private var pending: [UInt64: (notification: Notification, caller: CheckedContinuation<Outcome, Never>)] = [:]

    init(_ policy: Policy, _ providers: [ProviderDescription], _ surroundings: any Surroundings) {
        dispatcher = Dispatcher(policy: policy, providers: providers)
        self.surroundings = surroundings
    }

    /// Nanoseconds since 1970, as the store and the other replicas count them; never backwards.
    var now: Instant {
        let (seconds, attoseconds) = begin.clock.duration(to: .now).components
        return begin.unix + .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
    }

    /// What to export as metrics: attempts, retries, breakers, and what waits or is under way.
    var metrics: (counters: DeliveryCounters, unsettled: Int) { (dispatcher.counters, pending.count) }

    /// Returns when the notification is delivered or given up. Its reference is not used by another one meanwhile.
    func deliver(_ notification: Notification) async -> Outcome {
        await withCheckedContinuation { caller in
            pending[notification.reference] = (notification, caller)
            handle(.consumed(notification))
        }
    }

    private func handle(_ input: Input) {
        dispatcher.handle(input, now: now, random: .random(in: 0 ... .max), into: &actions)
        for index in 0..<actions.count { carryOut(actions[index]) }
        actions.removeAll()
    }

    private func carryOut(_ action: Action) {
        switch action {
        case .send(let attempt, _, let reference, let key, let timeout, let provider, _):
            guard let notification = pending[reference]?.notification else { return }
            underWay[attempt] = Task {
                let response = await surroundings.post(notification, key: key, to: provider, within: timeout)
                if underWay.removeValue(forKey: attempt) != nil { handle(.responded(attempt, response)) }
            }
        case .cancel(let attempt, _): underWay.removeValue(forKey: attempt)?.cancel()
        case .lookUp(let lookup, _, let read): Task { handle(.lookedUp(lookup, await surroundings.lookUp(read))) }
        case .write(_, let write): surroundings.apply(write)
        case .wake(let timer, let instant): at(instant) { $0.handle(.woken(timer)) }
        case .hold, .release: break  // What waits costs no worker here,
        case .acquire(let chain, _): Task { handle(.granted(chain)) }  // so there is always one free.
        case .requeue(let reference, let instant, let attempts, _, _):
            pending[reference]?.notification.previousAttempts = attempts
            if let again = pending[reference]?.notification { at(instant) { $0.handle(.consumed(again)) } }
        case .settle(let reference, let outcome):
            pending.removeValue(forKey: reference)?.caller.resume(returning: outcome)
        }
    }

    private func at(_ instant: Instant, _ body: @escaping @Sendable (isolated DeliveryService) -> Void) {
        Task {
            try? await Task.sleep(until: begin.clock + .nanoseconds((instant - begin.unix).nanoseconds))
            body(self)
        }
    }
}
