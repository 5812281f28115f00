// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives

/// Puts the steps of a message into the words of its scenario.
struct StoryTeller {
    let specification: WorldSpecification

    /// Steps in the order in which they happened; what is booked ahead of the clock comes where it belongs.
    func tell(_ steps: [MessageStep]) -> [Story.Step] {
        let order = steps.indices.sorted { (steps[$0].time, $0) < (steps[$1].time, $1) }
        var numbers = [Int](repeating: 0, count: steps.count)
        for (position, index) in order.enumerated() { numbers[index] = position + 1 }
        return order.map { index in
            let step = steps[index]
            return Story.Step(
                number: numbers[index], nanoseconds: step.time, endNanoseconds: step.end, place: place(step.what),
                text: text(step, steps) + blame(step), cause: step.cause.map { numbers[$0] })
        }
    }

    // MARK: Places

    func place(_ what: MessageStep.Happening) -> String {
        switch what {
        case .submitted, .entered, .moved: specification.name
        case .split(let stage): specification.stages[stage].name
        case .appended(let topic, let partition, _), .replicated(let topic, let partition, _),
            .committed(let topic, let partition, _), .cutOff(let topic, let partition, _):
            "\(specification.topics[topic].name)-\(partition)"
        case .acknowledged(let topic): specification.topics[topic].name
        case .answered(let provider, _): specification.providers[provider].name
        case .fetched(let stage, let replica, _, _, _), .begun(let stage, let replica, _),
            .computed(let stage, let replica),
            .called(let stage, let replica, _, _, _), .lookedUp(let stage, let replica, _, _),
            .asks(let stage, let replica, _), .writes(let stage, let replica, _),
            .attempt(let stage, let replica, _, _, _),
            .waits(let stage, let replica, _), .granted(let stage, let replica),
            .requeued(let stage, let replica, _, _, _),
            .left(let stage, let replica, _), .cancelled(let stage, let replica), .settled(let stage, let replica, _),
            .finished(let stage, let replica),
            .dropped(let stage, let replica):
            "\(specification.stages[stage].name)-\(replica)"
        }
    }

    private func blame(_ step: MessageStep) -> String {
        step.faults.isEmpty
            ? "" : " (" + step.faults.map { specification.faults[$0].name }.joined(separator: ", ") + ")"
    }

    // MARK: Words

    private func text(_ step: MessageStep, _ steps: [MessageStep]) -> String {
        switch step.what {
        case .submitted(let expires): "submitted, valid until \(Self.moment(expires))"
        case .split: "split from its segment"
        case .appended(_, _, let offset): "appended at offset \(offset)"
        case .replicated: "every in-sync replica has it"
        case .acknowledged: "the broker acknowledges it"
        case .fetched(_, _, let topic, let partition, let offset):
            "fetched from \(specification.topics[topic].name)-\(partition) at offset \(offset)"
        case .begun(_, _, let again): again ? "begun again" : "begun"
        case .computed: "work done"
        case .called(_, _, let store, let failed, let late):
            late
                ? "no answer from \(specification.stores[store].name) in time"
                : "\(specification.stores[store].name) answers" + (failed ? ": error" : "")
        case .asks(_, _, let kind): "looks \(Self.state(kind)) up"
        case .lookedUp(_, _, let kind, let answer): Self.found(kind, answer)
        case .writes(_, _, let kind): "writes \(Self.state(kind))"
        case .attempt(_, _, let number, let provider, _):
            "attempt \(number) to \(specification.providers[provider].name)"
        case .answered(let provider, let response): answer(response, provider, step, steps)
        case .waits(_, _, let wait): waits(wait, step)
        case .granted: "has a slot again"
        case .requeued(_, _, let level, let at, let reason):
            "handed to the " + (level == .deadLetters ? "dead letters" : "retry topic")
                + " until \(Self.moment(at)) (\(Self.reason(reason)))"
        case .left(_, _, let departure): left(departure, step, steps)
        case .cancelled: "an attempt is called off: nobody waits for it any more"
        case .settled(_, _, let outcome): "the pipeline's word: \(Self.outcome(outcome))"
        case .entered(let entry): entered(entry, step, steps)
        case .finished: "done with it"
        case .dropped: "gone, and what it held with it"
        case .committed(_, _, let offset): "offset \(offset) is committed"
        case .cutOff(_, _, let offset): "offset \(offset) is cut off: the new leader does not have it"
        case .moved(let movement): "\(movement)"
        }
    }

    private func answer(
        _ response: ProviderResponse, _ provider: Int, _ step: MessageStep, _ steps: [MessageStep]
    ) -> String {
        let after = step.cause.map { " after " + Readable.time(Double(step.time - steps[$0].time) / 1e9) } ?? ""
        if response == .timedOut { return "no answer in time" + after }
        let reason = response.reason.text(specification.providers[provider].profile.dialect)
        let status = response.status == 0 ? "no connection" : "\(response.status)"
        let retryAfter = response.retryAfter.map { ", Retry-After \($0)" } ?? ""
        return status + (reason.isEmpty ? "" : " \(reason)") + after + retryAfter
    }

    private func waits(_ wait: MessageStep.Wait, _ step: MessageStep) -> String {
        let until = step.end ?? wait.until
        let length = until.map { " " + Readable.time(Double($0 - step.time) / 1e9) } ?? " to the end of the run"
        var words = [Self.reason(wait.reason)]
        if let place = wait.policy, specification.policies.indices.contains(place), wait.reason == .backoff {
            let retry = specification.policies[place].policy.retry
            if retry.backoff != .none {
                words = [
                    "\(retry.backoff.rawValue) backoff"
                        + (retry.jitter == .none ? "" : ", \(retry.jitter.rawValue) jitter")
                ]
            }
            if wait.attempts > 0, retry.attempts != RetryPolicy.unlimited {
                words.append("attempt \(wait.attempts) of \(retry.attempts) was made")
            }
        }
        if let left = wait.retriesLeft { words.append("\(left) \(left == 1 ? "retry" : "retries") left in the budget") }
        if wait.holdsSlot { words.append("keeps its slot") }
        return "waits\(length) (" + words.joined(separator: ", ") + ")"
    }

    private func left(_ departure: Departure, _ step: MessageStep, _ steps: [MessageStep]) -> String {
        let way = departure.to.map { "falls back from \(departure.from.name) to \($0.name)" } ?? "gives up"
        let time = departure.to == nil ? "its time" : "its time on \(departure.from.name)"
        let why =
            switch departure.reason {
            case .none, .answer: "that answer is for good"
            case .attempts: "as many attempts were made as may be"
            case .pushback: "the provider asked not to be sent it again"
            case .budget: "no retry is left in the budget"
            case .tooLate: "another attempt, at \(Self.moment(departure.until)), would come after \(time)"
            case .lifetime: "at its age it gets no more retries"
            case .deadline: "\(time) is over"
            case .quietHours: "quiet hours last until \(Self.moment(departure.until)), beyond \(time)"
            case .hopeless: "what is left of \(time) is too short"
            case .strikes: "the recipient has strikes on \(departure.from.name)"
            case .objection: "the recipient objects to \(departure.from.name)"
            case .app: "the app can't be reached at once"
            }
        return "\(way): \(why)"
    }

    private func entered(_ entry: MessageStep.Entry, _ step: MessageStep, _ steps: [MessageStep]) -> String {
        let since = steps.first.map { Readable.time(Double(step.time - $0.time) / 1e9) } ?? ""
        return switch entry {
        case .delivered: "delivered, \(since) after it was submitted"
        case .late: "delivered late, \(since) after it was submitted"
        case .expired: "expired: not delivered in its time"
        case .suppressed: "suppressed: it is not to be sent"
        case .deadLettered: "a dead letter: not delivered"
        case .shed: "shed: turned away"
        case .lost: "lost: nothing holds it any more"
        case .inFlight: "still in flight at the end of the run"
        }
    }

    // MARK: Names

    static func moment(_ nanoseconds: Int64) -> String {
        Readable.trimmed(Double(nanoseconds) / 1e9, decimals: 6) + " s"
    }

    private static func state(_ kind: StateKind) -> String {
        switch kind {
        case .deduplication: "its idempotency key"
        case .suppression: "the recipient's strikes"
        case .consent: "the recipient's objection"
        case .presence: "whether the recipient is in the app"
        case .cap: "the recipient's frequency cap"
        }
    }

    private static func found(_ kind: StateKind, _ answer: LookupAnswer) -> String {
        switch answer {
        case .failed: "the look-up of \(state(kind)) failed"
        case .absent: kind == .deduplication ? "not sent before" : "nothing is known"
        case .value(let value): kind == .deduplication ? "it was sent before" : "found: \(value)"
        }
    }

    static func reason(_ reason: WaitReason) -> String {
        switch reason {
        case .backoff: "backoff"
        case .breaker: "the breaker is open"
        case .budget: "the retry budget is empty"
        case .rateLimit: "rate limit"
        case .noRoute: "no route is left"
        case .order: "one before it has the same key"
        case .concurrency: "as many attempts are under way as may be"
        case .bulkhead: "the tenant has as many attempts under way as it may"
        case .quietHours: "quiet hours"
        case .money: "the money is spent"
        case .seen: "for the recipient to look"
        case .deadLetter: "a dead letter that comes back"
        }
    }

    private static func outcome(_ outcome: Outcome) -> String {
        switch outcome {
        case .delivered: "delivered"
        case .expired: "expired"
        case .suppressed: "suppressed"
        case .duplicate: "a duplicate"
        case .deadLettered: "dead-lettered"
        case .shed: "shed"
        }
    }
}
