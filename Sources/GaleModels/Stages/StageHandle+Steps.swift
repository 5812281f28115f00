// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Taking a message through the stage's steps.
extension StageHandle {
    /// Runs the job's next step, and those after it that take no time.
    func runStep(_ work: Work) {
        let job = work.job
        while true {
            let number = Int(job.pointee.step)
            guard number < state.pointee.stepCount else { return complete(work) }
            let step = state.pointee.steps + number
            switch step.pointee.kind {
            case .compute: return compute(work, step, number)
            case .call: return call(work, step, number, at: core.now)
            case .emit:
                job.pointee.step &+= 1
                // A producer that waits for no answer (acks=0) may report at once: the job is not over before its step is.
                job.pointee.outstanding &+= 1
                emit(work, step)
                job.pointee.outstanding &-= 1
            case .deliver:
                job.pointee.step &+= 1
                return deliver(work)
            }
        }
    }

    /// All steps are behind it. What still waits for acknowledgements gives only its slot back.
    private func complete(_ work: Work) {
        if work.job.pointee.outstanding > 0 { return giveSlot(work.job) }
        if state.pointee.isTerminal {
            core.deliver(work.job.pointee.message, work.message, at: core.now, expires: expiry(work.message))
        }
        finish(work)
    }

    @inline(__always)
    func expiry(_ message: UnsafeMutablePointer<Message>) -> Instant {
        Instant(nanoseconds: message.pointee.intended &+ state.pointee.timeToLive[Int(message.pointee.workload)])
    }

    // MARK: compute

    private func compute(_ work: Work, _ step: UnsafeMutablePointer<Step>, _ number: Int) {
        if step.pointee.isFused, core.state.pointee.looksAhead,
            core.state.pointee.stores[step[1].store].straightTransit != nil
        {
            work.job.pointee.step = UInt8(truncatingIfNeeded: number &+ 1)
            return call(work, step + 1, number &+ 1, at: core.now + step.pointee.lane.delay)
        }
        if step.pointee.isConstant {
            core.scheduler.schedule(
                on: step.pointee.lane, target: component, kind: Stage.Kind.computed, payload: work.reference)
            return
        }
        let place = state.pointee.id &<< 8 | UInt64(number)
        let duration = step.pointee.duration.time(
            core.draws.uniform(.compute, work.message.pointee.identity, place))
        core.scheduler.schedule(
            at: core.now + Interval(nanoseconds: duration), target: component, kind: Stage.Kind.computed,
            payload: work.reference)
    }

    func stepDone(_ index: UInt32, generation: UInt32) -> UInt64 {
        guard let work = work(index, generation) else { return Component.void }
        let number = Int(work.job.pointee.replica)
        let identity = work.message.pointee.identity
        core.move(work.message, to: .work, at: core.now)
        work.job.pointee.step &+= 1
        runStep(work)
        pump(number)
        return identity
    }

    // MARK: call

    /// Asks a store at `start`: now, or for certain a little later.
    private func call(_ work: Work, _ step: UnsafeMutablePointer<Step>, _ number: Int, at start: Instant) {
        let job = work.job
        core.move(work.message, to: .store, at: start)
        let ordinal = UInt16(truncatingIfNeeded: number) &<< 8 | UInt16(job.pointee.callAttempts)
        let store = core.state.pointee.stores[step.pointee.store]
        if let transit = store.straightTransit {
            let leg = Exchange.leg(kind: .call, stage: state.pointee.id, ordinal: ordinal, answer: false)
            let answer = store.take(work.message.pointee.identity, leg: leg, at: start + transit)
            job.pointee[.failed] = answer?.failed ?? false
            let back = answer.map { $0.departs + transit }
            let isBack = expect(work, .call, sent: start, back: back, within: step.pointee.timeout)
            if !isBack || job.pointee[.failed] { separate(step) }
            return
        }
        let exchange = newExchange(work, kind: .call, target: step.pointee.store, ordinal: ordinal, token: 0)
        armTimeout(exchange, step.pointee.timeout, store.send(exchange, stage: self))
    }

    /// A call failed and may come again, from the middle of the work of others: from now on, before any of that, work is an
    /// event of its own, so that operations keep arriving at the store in the order in which they are decided.
    @inline(never)
    private func separate(_ step: UnsafeMutablePointer<Step>) {
        if step > state.pointee.steps { step[-1].isFused = false }
    }

    /// What became of a job's request is certain: it is told when the answer is back, or when the time-out has passed.
    ///
    /// - Returns: whether there is an answer in time.
    @inline(__always)
    @discardableResult
    func expect(
        _ work: Work, _ request: Exchange.Kind, sent: Instant, back: Instant?, within lane: Lane
    ) -> Bool {
        let (job, payload) = (work.job, AnswerPayload(work, request).rawValue)
        job.pointee.request = request
        if let back, back <= sent + lane.delay {
            job.pointee[.timedOut] = false
            core.scheduler.schedule(at: back, target: component, kind: Stage.Kind.replied, payload: payload)
            return true
        }
        job.pointee[.timedOut] = true
        if sent == core.now {
            core.scheduler.schedule(on: lane, target: component, kind: Stage.Kind.replied, payload: payload)
        } else {
            core.scheduler.schedule(
                at: sent + lane.delay, target: component, kind: Stage.Kind.replied, payload: payload)
        }
        return false
    }

    /// Starts a request's time-out, unless its answer is certain to be back before.
    @inline(__always)
    func armTimeout(_ exchange: UInt32, _ lane: Lane, _ answered: Instant?) {
        if let answered, answered < core.now + lane.delay { return }
        core.exchange(exchange).pointee.timer = core.scheduler.schedule(
            on: lane, target: component, kind: Stage.Kind.timedOut, payload: UInt64(exchange))
    }

    /// A request's record, holding the message until the other side has dealt with it.
    @inline(__always)
    func newExchange(_ work: Work, kind: Exchange.Kind, target: Int, ordinal: UInt16, token: UInt64) -> UInt32 {
        let job = work.job
        let exchange = core.state.pointee.exchanges.allocate()
        core.exchange(exchange).initialize(
            to: Exchange(
                message: job.pointee.message, generation: job.pointee.generation, token: token, timer: .none,
                sent: core.now.nanoseconds, milliseconds: 0, job: work.index,
                stage: UInt16(truncatingIfNeeded: state.pointee.id), status: 0, reason: 0,
                target: UInt16(truncatingIfNeeded: target), ordinal: ordinal, kind: kind, timedOut: false,
                unanswered: false, failed: false))
        core.retain(job.pointee.message)
        return exchange
    }

    /// A call of the stage's own has ended, well or not.
    func callEnded(_ work: Work, failed: Bool) {
        let job = work.job
        core.move(work.message, to: .work, at: core.now)
        let step = state.pointee.steps + Int(job.pointee.step)
        if !failed || (step.pointee.proceedsOnFailure && Int(job.pointee.callAttempts) + 1 >= step.pointee.attempts) {
            job.pointee.callAttempts = 0
            job.pointee.step &+= 1
            return runStep(work)
        }
        job.pointee.callAttempts &+= 1
        if Int(job.pointee.callAttempts) < step.pointee.attempts {
            core.move(work.message, to: .backoff, at: core.now)
            core.scheduler.schedule(
                on: step.pointee.backoff, target: component, kind: Stage.Kind.callAgain,
                payload: work.reference)
            return
        }
        state.pointee.deadLettered &+= 1
        core.settle(work.message, as: .deadLettered)
        finish(work)
    }

    func callAgain(_ index: UInt32, generation: UInt32) -> UInt64 {
        guard let work = work(index, generation) else { return Component.void }
        let identity = work.message.pointee.identity
        runStep(work)
        return identity
    }

    // MARK: emit

    @inline(__always)
    private func emit(_ work: Work, _ step: UnsafeMutablePointer<Step>) {
        if step.pointee.split && work.message.pointee.isSegment { return emitUnits(work, step) }
        core.move(work.message, to: .broker, at: core.now)
        send(work.job.pointee.message, work.message, of: work, step)
    }

    private func send(
        _ index: UInt32, _ message: UnsafeMutablePointer<Message>, of work: Work, _ step: UnsafeMutablePointer<Step>
    ) {
        let job = work.job
        let route = core.state.pointee.topics[step.pointee.topic]
        if route.isDirect {
            message.pointee.references &+= 1
            core.state.pointee.stages[Int(route.stage)].offer(index)
            return
        }
        job.pointee.outstanding &+= 1
        let producer = replica(Int(job.pointee.replica)).pointee.firstProducer &+ step.pointee.producer
        core.state.pointee.brokers[Int(route.broker)].produce(
            producer, message: index, job: work.index, generation: job.pointee.generation, at: core.now)
    }

    /// A segment gives way to its notifications: each has an identity, a recipient and a channel of its own.
    @inline(never)
    private func emitUnits(_ work: Work, _ step: UnsafeMutablePointer<Step>) {
        let segment = work.job.pointee.message
        if core.message(segment).pointee.state != .split { core.split(segment) }
        core.forEachNotification(of: segment) { notification in
            let message = core.message(notification)
            core.move(message, to: .broker, at: core.now)
            send(notification, message, of: work, step)
        }
    }

    /// Asks for what `produced` will need.
    @inline(__always)
    func anticipate(_ record: KafkaRecord) {
        core.prefetchEntry(record.message)
        if record.job != .max { gale_prefetch(job(record.job)) }
    }

    /// A broker has acknowledged one copy.
    func produced(job index: UInt32, generation: UInt32) {
        let job = job(index)
        guard job.pointee.generation == generation else { return }
        job.pointee.outstanding &-= 1
        guard job.pointee.outstanding == 0 else { return }
        if job.pointee.step == Job.again { return scheduleAgain(index, generation) }
        if Int(job.pointee.step) >= state.pointee.stepCount && !job.pointee[.delivering] {
            let number = Int(job.pointee.replica)
            finish(work(index))
            // The limit on what is uncommitted may have kept it from its buffer.
            if replica(number).pointee.uncommitted &+ 1 == state.pointee.maximumUncommitted { pump(number) }
        }
    }

    /// The broker did not take it within `delivery.timeout.ms`: the stage starts the job again from its first step, when it
    /// knows of all the others that it has sent.
    func produceFailed(job index: UInt32, generation: UInt32) {
        guard isCurrent(index, generation) else { return }
        let job = job(index)
        job.pointee.step = Job.again
        job.pointee.outstanding &-= 1
        if job.pointee.outstanding == 0 { scheduleAgain(index, generation) }
    }

    private func scheduleAgain(_ index: UInt32, _ generation: UInt32) {
        core.scheduler.schedule(
            at: core.now, target: component, kind: Stage.Kind.produceAgain,
            payload: UInt64(generation) &<< 32 | UInt64(index))
    }

    func produceAgain(_ index: UInt32, generation: UInt32) -> UInt64 {
        guard isCurrent(index, generation) else { return Component.void }
        let job = job(index)
        let identity = core.message(job.pointee.message).pointee.identity
        let number = Int(job.pointee.replica)
        if !job.pointee[.slot] {
            job.pointee[.slot] = true
            takeSlot(number)
        }
        job.pointee.step = 0
        runStep(work(index))
        pump(number)
        return identity
    }
}
