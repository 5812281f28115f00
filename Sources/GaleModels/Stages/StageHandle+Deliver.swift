// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// The simulated host of `Dispatcher`: it turns events into inputs, and actions into events.
extension StageHandle {
    func deliver(_ work: Work) {
        let message = work.message
        work.job.pointee[.delivering] = true
        // Never changed in place: bytes that are written one by one and read as a word cost the processor a dozen nanoseconds.
        let notification = Notification(
            reference: work.reference, key: message.pointee.identity,
            recipient: state.pointee.readsSenderAndRecipient ? core.recipient(of: message) : 0,
            tenant: state.pointee.readsSenderAndRecipient ? core.tenant(of: message) : 0,
            channel: Channel(rawValue: message.pointee.channel) ?? .push,
            platform: Platform(rawValue: message.pointee.platform) ?? .none,
            previousAttempts: previousAttempts(of: work), created: Instant(nanoseconds: message.pointee.intended),
            expires: expiry(message), deliveries: deliveries(of: message))
        if state.pointee.readsTraits { return deliver(work, described: notification) }
        let number = Int(work.job.pointee.replica)
        dispatch(.consumed(notification), of: work, to: number)
        // The next notification's record was last touched when the one before was settled.
        if let dispatcher = state.pointee.dispatchers[number] {
            dispatcher._withUnsafeGuaranteedRef { if let next = $0.nextAddress { gale_prefetch(next) } }
        }
    }

    @inline(never)
    private func deliver(_ work: Work, described plain: Notification) {
        var notification = plain
        core.describe(work.message, &notification)
        dispatch(.consumed(notification), of: work, to: Int(work.job.pointee.replica))
    }

    @inline(__always)
    private func previousAttempts(of work: Work) -> UInt64 {
        guard core.state.pointee.hasRetryTopics else { return 0 }
        return core.state.pointee.retryHeaders[work.job.pointee.message].pointee.attempts
    }

    /// Hands one input to a replica's dispatcher and carries out what it asks for.
    @inline(__always)
    func dispatch(_ input: Input, of work: Work, to number: Int) {
        dispatch(input, of: work, named: work.message.pointee.identity, to: number)
    }

    /// `named` keys the random word that the dispatcher may ask for.
    @inline(__always)
    func dispatch(_ input: Input, of work: Work?, named identity: UInt64, to number: Int) {
        guard let dispatcher = state.pointee.dispatchers[number] else {
            return dispatchWatched(input, of: work, named: identity, to: number)
        }
        let actions = state.pointee.actions
        // Where an action makes room for the next job at once, that one's actions are carried out after those under way.
        let isWithin = actions.pointee.count > 0
        dispatcher._withUnsafeGuaranteedRef {
            $0.handle(
                input, now: core.now,
                random: core.draws.uniform(.dispatcher, identity, UInt64(core.now.nanoseconds)),
                into: &actions.pointee)
        }
        if isWithin { return }
        let own = actions.pointee.count
        if own > 4 { anticipateAcquisitions(actions) }
        var place = 0
        while place < actions.pointee.count {
            // The next job may have taken this one's place.
            perform(actions.pointee[place], of: place < own ? work : nil, number)
            place &+= 1
        }
        actions.pointee.removeAll()
    }

    @inline(__always)
    func perform(_ action: Action, of work: Work?, _ number: Int) {
        switch action {
        case .send(let attempt, _, let reference, let key, let timeout, let provider, let channel):
            let work = self.work(reference, near: work)
            guard isOpen(work.job, reference) else { return refuseAfterEnd(reference, key, "sent") }
            if key != work.message.pointee.identity || timeout != state.pointee.promise.timeout
                || work.job.pointee.callAttempts == 0 && state.pointee.promise.deduplicates
            {
                noteWrongSend(work, key: key, timeout: timeout)
            }
            if let audit = state.pointee.audit {
                audit._withUnsafeGuaranteedRef {
                    auditSend($0, work, reference, Int(provider.rawValue), channel)
                }
            }
            send(attempt, work, provider, timeout)
        case .lookUp(let lookup, let reference, let read):
            if read.kind == .deduplication {
                lookUp(lookup, self.work(reference, near: work), read.timeout)
            } else {
                lookUp(lookup, self.work(reference, near: work), read)
            }
        case .write(let reference, let write):
            if write.kind == .deduplication {
                self.write(self.work(reference, near: work))
            } else {
                if write.kind == .suppression { checkStrike(self.work(reference, near: work), write) }
                self.write(self.work(reference, near: work), write)
            }
        case .wake(let timer, let instant):
            checkDelay(until: instant)
            wake(timer, instant, number)
        case .release(_, let reference, let reason):
            wait(reference, reason)
            giveSlot(job(UInt32(truncatingIfNeeded: reference)))
            #if PlantedBugs
                finishEarly(job(UInt32(truncatingIfNeeded: reference)))
            #endif
        case .hold(_, let reference, let reason):
            wait(reference, reason)
        case .acquire(let chain, let reference):
            if let audit = waitsAudit { auditAcquisition(audit, reference) }
            acquire(chain, reference, number)
        case .requeue(let reference, let instant, let attempts, let level, let reason):
            guard isOpen(job(UInt32(truncatingIfNeeded: reference)), reference) else {
                return refuseAfterEnd(reference, nil, "requeued")
            }
            if reason == .backoff { checkDelay(of: UInt32(truncatingIfNeeded: reference), until: instant) }
            requeue(reference, at: instant, attempts: attempts, level, number)
        case .cancel(let attempt, _):
            cancel(attempt, number)
        case .settle(let reference, let outcome):
            let work = self.work(reference, near: work)
            guard isOpen(work.job, reference) else { return refuseAfterEnd(reference, nil, "settled again") }
            if let audit = waitsAudit { auditEnd(audit, work) }
            settle(work, outcome)
        }
    }

    /// What waited was last touched long ago: all that get slots now are asked for together.
    @inline(never)
    private func anticipateAcquisitions(_ actions: UnsafeMutablePointer<Actions>) {
        for place in 0..<actions.pointee.count {
            guard case .acquire(_, let reference) = actions.pointee[place] else { continue }
            gale_prefetch(job(UInt32(truncatingIfNeeded: reference)))
        }
        for place in 0..<actions.pointee.count {
            guard case .acquire(_, let reference) = actions.pointee[place] else { continue }
            gale_prefetch(core.message(job(UInt32(truncatingIfNeeded: reference)).pointee.message))
        }
    }

    // MARK: Actions

    @inline(__always)
    private func send(_ attempt: AttemptID, _ work: Work, _ provider: ProviderIndex, _ timeout: Interval) {
        let (job, message) = (work.job, work.message)
        if core.now >= expiry(message) { noteExpired(message) }
        core.move(message, to: .network, at: core.now)
        let target = Int(provider.rawValue)
        let ordinal = core.nextAttempt(message)
        let provider = core.state.pointee.providers[target]
        let lane = core.timeoutLane(timeout)
        core.recorder.attempt(message, provider: target)
        if !state.pointee.takesDetours, let transit = provider.straightTransit {
            let answer = provider.take(
                job.pointee.message, message, attempt: ordinal, stage: self, at: core.now + transit)
            job.pointee.token = attempt.rawValue
            job.pointee.status = answer.response.status
            job.pointee.reason = answer.response.reason.rawValue
            job.pointee.milliseconds = AnswerWord.word(of: answer.response)
            let back = answer.departs == .distantFuture ? nil : answer.departs + transit
            if expect(work, .attempt, sent: core.now, back: back, within: lane), let back {
                recordAnswer(message, provider: target, sent: core.now, back: back)
            } else {
                job.pointee.status = UInt16(truncatingIfNeeded: target)
            }
            return
        }
        let exchange = newExchange(work, kind: .attempt, target: target, ordinal: ordinal, token: attempt.rawValue)
        if state.pointee.isHedged { noteHedged(exchange, attempt, job) }
        if state.pointee.border != nil {
            let isLost = strikes(.sendsLost, message.pointee.identity, UInt64(ordinal)) != nil
            if isLost { neverAnswered(exchange) } else { _ = provider.send(exchange, stage: self) }
            return armTimeout(exchange, lane, nil)
        }
        armTimeout(exchange, lane, provider.send(exchange, stage: self))
    }

    private func lookUp(_ lookup: LookupID, _ work: Work, _ timeout: Interval) {
        let (job, message) = (work.job, work.message)
        core.move(message, to: .store, at: core.now)
        let number = state.pointee.deduplicationStore
        let store = core.state.pointee.stores[number]
        let lane = core.timeoutLane(timeout)
        let ordinal = UInt16(job.pointee.callAttempts)
        job.pointee.countLookUp()
        if !state.pointee.takesDetours, let transit = store.straightTransit {
            let leg = Exchange.leg(kind: .lookUp, stage: state.pointee.id, ordinal: ordinal, answer: false)
            let answer = store.take(message.pointee.identity, leg: leg, at: core.now + transit)
            job.pointee.token = lookup.rawValue
            job.pointee[.failed] = true
            var found: Int64 = 0
            if let answer, !answer.failed {
                job.pointee[.failed] = false
                let window = state.pointee.deduplicationWindow
                found = StoreHandle.knows(message, at: answer.departs, window: window) ? 1 : 0
            }
            job.pointee.value = found
            let isInTime = expect(
                work, .lookUp, sent: core.now, back: answer.map { $0.departs + transit }, within: lane)
            if !isInTime { job.pointee.value = Int64(StateKind.deduplication.rawValue) }
            return
        }
        let exchange = newExchange(work, kind: .lookUp, target: number, ordinal: ordinal, token: lookup.rawValue)
        core.exchange(exchange).pointee.milliseconds = state.pointee.deduplicationWindow
        let answered = store.send(exchange, stage: self)
        armTimeout(exchange, lane, state.pointee.border == nil ? answered : nil)
    }

    @inline(__always)
    private func write(_ work: Work) {
        if state.pointee.takesDetours, strikes(.writesLost, work.message.pointee.identity, 0) != nil { return }
        core.state.pointee.stores[state.pointee.deduplicationStore].write(work, stage: self)
    }

    private func wake(_ timer: TimerID, _ instant: Instant, _ number: Int) {
        // The dispatcher's word fills the payload; the kind carries the replica (16 bits) and its epoch (8 bits).
        let epoch = replica(number).pointee.epoch & 0xFF
        var instant = instant
        if state.pointee.takesDetours, let late = strikes(.timersLate, timer.rawValue, UInt64(number)) {
            instant += late
        }
        core.scheduler.schedule(
            at: max(instant, core.now), target: component,
            kind: Stage.Kind.woken | UInt32(number) &<< 8 | epoch &<< 24, payload: timer.rawValue)
    }

    private func wait(_ reference: UInt64, _ reason: WaitReason) {
        if let audit = state.pointee.audit { audit._withUnsafeGuaranteedRef { auditWait($0, reference, reason) } }
        let message = core.message(job(UInt32(truncatingIfNeeded: reference)).pointee.message)
        core.move(message, to: reason.isForLimit ? .rateLimit : .backoff, at: core.now)
        expectDelay(UInt32(truncatingIfNeeded: reference), reason)
        if state.pointee.promise.hasLanes && reason.isForLimit {
            joinLane(message, Int(job(UInt32(truncatingIfNeeded: reference)).pointee.replica))
        }
    }

    private func acquire(_ chain: ChainID, _ reference: UInt64, _ number: Int) {
        let index = UInt32(truncatingIfNeeded: reference)
        let job = job(index)
        let message = core.message(job.pointee.message)
        if state.pointee.promise.hasLanes && message.pointee.place == .rateLimit {
            leaveLane(message, number, isNext: true)
        }
        core.move(message, to: .waiting, at: core.now)
        replica(number).pointee.append(
            Resumption(chain: chain.rawValue, job: index, generation: job.pointee.generation))
    }

    /// A chain that waited has its slot.
    func resume(_ resumption: Resumption, _ number: Int) {
        guard let work = work(resumption.job, resumption.generation), !work.job.pointee[.slot] else { return }
        work.job.pointee[.slot] = true
        takeSlot(number)
        core.move(work.message, to: .work, at: core.now)
        dispatch(.granted(ChainID(rawValue: resumption.chain)), of: work, to: number)
    }

    private func requeue(
        _ reference: UInt64, at instant: Instant, attempts: UInt64, _ level: RetryLevel, _ number: Int
    ) {
        let index = UInt32(truncatingIfNeeded: reference)
        let job = job(index)
        let message = core.message(job.pointee.message)
        core.state.pointee.retryHeaders[job.pointee.message].pointee = RetryHeader(
            dueMilliseconds: instant.nanoseconds / 1_000_000 + (instant.nanoseconds % 1_000_000 > 0 ? 1 : 0),
            attempts: attempts)
        core.move(message, to: .broker, at: core.now)
        job.pointee[.delivering] = false
        job.pointee.outstanding &+= 1
        giveSlot(job)
        let topics = state.pointee.sourceCount &- state.pointee.retrySource
        let place = level == .deadLetters ? topics &- 1 : min(Int(level.rawValue), topics &- 1)
        let source = state.pointee.sources[state.pointee.retrySource &+ place]
        source.broker.produce(
            replica(number).pointee.firstProducer &+ state.pointee.retryProducer &+ UInt32(place),
            message: job.pointee.message, job: index, generation: job.pointee.generation, at: core.now)
    }

    @inline(__always)
    private func settle(_ work: Work, _ outcome: Outcome) {
        let (job, message) = (work.job, work.message)
        if state.pointee.promise.hasLanes { leaveLane(message, Int(job.pointee.replica), isNext: false) }
        switch outcome {
        case .delivered, .duplicate: break
        case .expired: core.settle(message, as: .expired)
        case .suppressed: core.settle(message, as: .suppressed)
        case .shed: core.settle(message, as: .shed)
        case .deadLettered:
            state.pointee.deadLettered &+= 1
            core.settle(message, as: .deadLettered)
        }
        job.pointee[.delivering] = false
        job.pointee.callAttempts = 0
        if core.state.pointee.hasRetryTopics {
            core.state.pointee.retryHeaders[job.pointee.message].pointee.attempts = 0
        }
        runStep(work)
    }
}
