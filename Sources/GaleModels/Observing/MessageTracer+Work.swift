// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Who works on a message, what is asked on its behalf, and what comes back.
extension MessageTracer {
    func willHandle(_ event: Event, stage place: Int) {
        let low = UInt32(truncatingIfNeeded: event.payload)
        let high = UInt32(truncatingIfNeeded: event.payload &>> 32)
        switch event.kind & 0xFF {
        case Stage.Kind.replied:
            willHear(AnswerPayload(rawValue: event.payload), place)
        case Stage.Kind.computed: willCompute(job: low, generation: high, place)
        case Stage.Kind.answered: willHear(exchange: low, isLate: false, place)
        case Stage.Kind.timedOut: willHear(exchange: low, isLate: true, place)
        case Stage.Kind.records: willFetch(partition: low, epoch: UInt16(truncatingIfNeeded: high), stage: place)
        default: break
        }
    }

    private func mine(_ index: UInt32, _ generation: UInt32, _ place: Int) -> UnsafeMutablePointer<Job>? {
        let job = world.parts.stages[place].handle.job(index)
        guard job.pointee[.live], job.pointee.generation == generation, job.pointee.message == record else {
            return nil
        }
        return job
    }

    private func willCompute(job index: UInt32, generation: UInt32, _ place: Int) {
        guard let job = mine(index, generation, place) else { return }
        add(.computed(stage: place, replica: Int(job.pointee.replica)), cause: step(ofJob: index, place))
    }

    /// The answer to a job's request that was certain when it was sent.
    private func willHear(_ answer: AnswerPayload, _ place: Int) {
        let index = answer.index
        let job = world.parts.stages[place].handle.job(index)
        guard job.pointee[.live], answer.isAwaited(by: job), job.pointee.message == record else { return }
        let isLate = job.pointee[.timedOut]
        let replica = Int(job.pointee.replica)
        switch job.pointee.request {
        case .call:
            let step = world.parts.stages[place].state.pointee.steps[Int(job.pointee.step)]
            add(
                .called(
                    stage: place, replica: replica, store: step.store, failed: isLate || job.pointee[.failed],
                    late: isLate),
                cause: close(.look), faults: storeFaults(step.store))
        case .lookUp:
            add(
                .lookedUp(
                    stage: place, replica: replica, kind: lookedFor, answer: job.pointee.lookupAnswer),
                cause: close(.look))
        case .attempt:
            hear(isLate ? .timedOut : job.pointee.response, attempt: job.pointee.token)
        case .write: break
        }
    }

    /// The answer to a request with a record of its own.
    private func willHear(exchange index: UInt32, isLate: Bool, _ place: Int) {
        let exchange = core.exchange(index).pointee
        guard exchange.message == record, isLate || !exchange.timedOut else { return }
        switch exchange.kind {
        case .call:
            add(
                .called(
                    stage: place, replica: 0, store: Int(exchange.target), failed: isLate || exchange.failed,
                    late: isLate),
                cause: close(.look), faults: storeFaults(Int(exchange.target)))
        case .lookUp:
            add(
                .lookedUp(stage: place, replica: 0, kind: lookedFor, answer: exchange.lookupAnswer(timedOut: isLate)),
                cause: close(.look))
        case .attempt: hear(isLate ? .timedOut : exchange.response, attempt: exchange.token)
        case .write: break
        }
    }

    private var lookedFor: StateKind {
        for step in steps.reversed() {
            if case .asks(_, _, let kind) = step.what { return kind }
        }
        return .deduplication
    }

    private func hear(_ response: ProviderResponse, attempt: UInt64) {
        guard let sent = close(.attempt(attempt)), case .attempt(_, _, _, let provider, _) = steps[sent].what else {
            return
        }
        add(
            .answered(provider: provider, response), cause: sent,
            faults: faults { effect in
                switch effect {
                case .provider(provider, _): true
                case .link(let link, _, _, _, _): link == self.world.specification.providers[provider].link
                default: false
                }
            })
    }

    private func storeFaults(_ store: Int) -> [Int] {
        faults {
            if case .store(store, _, _, _, _) = $0 { return true }
            return false
        }
    }

    // MARK: Jobs

    private func step(ofJob index: UInt32, _ stage: Int) -> Int? {
        jobs.last { $0.stage == stage && $0.index == index }?.step
    }

    /// Somebody at a stage has begun it: who?
    func findJob(at place: Int) {
        guard let record else { return }
        let stage = world.parts.stages[place].handle
        for index in 0..<stage.state.pointee.jobs.extent {
            let job = stage.job(index)
            if job.pointee[.live], job.pointee.message == record { noteJob(index, job, place) }
        }
    }

    private func noteJob(_ index: UInt32, _ job: UnsafeMutablePointer<Job>, _ place: Int) {
        let replica = Int(job.pointee.replica)
        guard
            !jobs.contains(where: { $0.stage == place && $0.index == index && $0.generation == job.pointee.generation })
        else { return }
        let number = UInt32(job.pointee.partition)
        let entry =
            number == UInt32(UInt16.max) ? nil : entries.last { $0.partition == number }
        let again = steps.contains {
            if case .begun(place, _, _) = $0.what { return true }
            return false
        }
        let step = add(.begun(stage: place, replica: replica, again: again), cause: entry?.step)
        jobs.append(
            JobName(stage: place, index: index, generation: job.pointee.generation, replica: replica, step: step))
    }

    /// What an event has done to those who work on it.
    func noteJobs(_ role: Role) {
        if let record, case .stage(let place) = role, core.message(record).pointee.place != lastPlace {
            if lastPlace == .waiting, world.parts.stages[place].state.pointee.sourceCount == 0 { findJob(at: place) }
        }
        if let record { lastPlace = core.message(record).pointee.place }
        for place in jobs.indices.reversed() {
            let name = jobs[place]
            let stage = world.parts.stages[name.stage].handle
            let job = stage.job(name.index)
            if job.pointee.generation == name.generation, job.pointee[.live] { continue }
            jobs.remove(at: place)
            let isDead = !stage.replica(name.replica).pointee.isAlive
            if isDead {
                add(
                    .dropped(stage: name.stage, replica: name.replica), cause: name.step,
                    faults: faults {
                        guard case .workerCrash(name.stage, let first, let count) = $0 else { return false }
                        return (first..<first + count).contains(name.replica)
                    })
                _ = close(.wait)
            } else {
                add(.finished(stage: name.stage, replica: name.replica))
            }
        }
    }

    // MARK: Dispatchers

    func noteDispatch(
        _ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage place: Int, replica: Int
    ) {
        let stage = world.parts.stages[place].handle
        if case .consumed(let notification) = input, notification.key == message.rawValue {
            meet(stage.job(UInt32(truncatingIfNeeded: notification.reference)).pointee.message)
        }
        guard let record else { return }
        if case .consumed(let notification) = input, notification.key == message.rawValue {
            let index = UInt32(truncatingIfNeeded: notification.reference)
            noteJob(index, stage.job(index), place)
        }
        if case .granted = input, isMine(actions, stage, record) {
            if let waited = close(.wait) { add(.granted(stage: place, replica: replica), cause: waited) }
        }
        noteDeparture(Where(stage: place, replica: replica))
        var wake: Int64?
        for number in 0..<actions.pointee.count {
            if case .wake(_, let at) = actions.pointee[number] { wake = at.nanoseconds }
        }
        for number in 0..<actions.pointee.count {
            note(actions.pointee[number], stage, record, Where(stage: place, replica: replica), wake: wake)
        }
    }

    /// The dispatcher may have sent it another way, or given it up.
    private func noteDeparture(_ place: Where) {
        guard let departure = dispatcher(stage: place.stage, replica: place.replica)?.departure,
            departure.key == message.rawValue, departure.reason != .none
        else { return }
        let isKnown = steps.contains {
            guard case .left(place.stage, place.replica, let earlier) = $0.what else { return false }
            return earlier == departure
        }
        if !isKnown { add(.left(stage: place.stage, replica: place.replica, departure)) }
    }

    private struct Where {
        var stage: Int
        var replica: Int
    }

    private func isMine(_ actions: UnsafeMutablePointer<Actions>, _ stage: StageHandle, _ record: UInt32) -> Bool {
        (0..<actions.pointee.count).contains {
            let action = actions.pointee[$0]
            // That another chain's slot lets this one ask for its own is not yet a slot.
            if case .acquire = action { return false }
            return action.reference.map { isMine($0, stage, record) } ?? false
        }
    }

    private func isMine(_ reference: UInt64, _ stage: StageHandle, _ record: UInt32) -> Bool {
        let job = stage.job(UInt32(truncatingIfNeeded: reference))
        return job.pointee[.live] && job.pointee.message == record
    }

    private func note(
        _ action: Action, _ stage: StageHandle, _ record: UInt32, _ place: Where, wake: Int64?
    ) {
        guard let reference = action.reference, isMine(reference, stage, record) else { return }
        switch action {
        case .send(let attempt, _, _, _, let timeout, let provider, _):
            let number = Int(core.message(record).pointee.calls) + 1
            let step = add(
                .attempt(
                    stage: place.stage, replica: place.replica, number: number, provider: Int(provider.rawValue),
                    timeout: timeout.nanoseconds), cause: close(.wait))
            open[.attempt(attempt.rawValue)] = step
            open[.lastAttempt] = step
        case .lookUp(_, _, let read):
            open[.look] = add(.asks(stage: place.stage, replica: place.replica, kind: read.kind), cause: close(.wait))
        case .write(_, let write):
            add(.writes(stage: place.stage, replica: place.replica, kind: write.kind))
        case .release(_, _, let reason): wait(reason, holdsSlot: false, place, wake)
        case .hold(_, _, let reason): wait(reason, holdsSlot: true, place, wake)
        case .requeue(_, let at, _, let level, let reason):
            add(
                .requeued(
                    stage: place.stage, replica: place.replica, level: level, at: at.nanoseconds, reason: reason))
        case .cancel: add(.cancelled(stage: place.stage, replica: place.replica))
        case .settle(_, let outcome):
            add(.settled(stage: place.stage, replica: place.replica, outcome), cause: close(.wait))
        case .acquire, .wake: break
        }
    }

    private func wait(_ reason: WaitReason, holdsSlot: Bool, _ place: Where, _ wake: Int64?) {
        let dispatcher = dispatcher(stage: place.stage, replica: place.replica)
        var left: Int64?
        if let attempted = open[.lastAttempt], case .attempt(_, _, _, let provider, _) = steps[attempted].what {
            left = dispatcher?.retriesLeft(ProviderIndex(rawValue: UInt16(provider)), at: core.now)
        }
        let step = add(
            .waits(
                stage: place.stage, replica: place.replica,
                MessageStep.Wait(
                    reason: reason, until: reason == .backoff ? wake : nil,
                    attempts: dispatcher?.chain(ofKey: message.rawValue)?.attempts ?? 0, retriesLeft: left,
                    holdsSlot: holdsSlot, policy: policy(of: place.stage))))
        open[.wait] = step
    }

    private func policy(of stage: Int) -> Int? {
        for step in world.specification.stages[stage].steps {
            if case .deliver(let policy) = step { return policy }
        }
        return nil
    }
}

extension Action {
    /// Whose it is; nil: nobody's in particular.
    var reference: UInt64? {
        switch self {
        case .send(_, _, let reference, _, _, _, _), .lookUp(_, let reference, _), .write(let reference, _),
            .release(_, let reference, _), .acquire(_, let reference), .hold(_, let reference, _),
            .requeue(let reference, _, _, _, _), .cancel(_, let reference), .settle(let reference, _):
            reference
        case .wake: nil
        }
    }
}
