// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What dispatchers ask for, against what their policy promises. Everything here is off the way of a message that succeeds at once.
extension StageHandle {
    private func note(
        _ invariant: Invariant, _ message: UInt64?, key: @autoclosure () -> String, cause: @autoclosure () -> String
    ) {
        core.state.pointee.violations?._withUnsafeGuaranteedRef { log in
            log.note(invariant, message: message, at: core.now, key: key(), cause: cause())
        }
    }

    private var name: String { state.pointee.name }

    /// An attempt is asked for that is not what was promised.
    @inline(never)
    func noteWrongSend(_ work: Work, key: UInt64, timeout: Interval) {
        let identity = work.message.pointee.identity
        if key != identity {
            note(
                .idempotency, identity, key: "stage \(name)",
                cause: "an attempt of stage \(name) has another key than its notification")
        }
        if timeout != state.pointee.promise.timeout {
            note(
                .timeout, identity, key: "stage \(name)",
                cause:
                    "an attempt of stage \(name) may take \(timeout.inWords), and its policy says "
                    + state.pointee.promise.timeout.inWords
            )
        }
        if state.pointee.promise.deduplicates && work.job.pointee.callAttempts == 0 {
            note(
                .deduplication, identity, key: "stage \(name): sent before its key was looked up",
                cause: "stage \(name) sends before it has looked the key up")
        }
    }

    /// A look-up has failed of what the policy stays closed for: what it was for must not be sent now, nor looked up in the next
    /// store, which is how it would be sent a little later.
    @inline(never)
    func failedClosed(_ lookup: LookupID, _ kind: StateKind, _ work: Work, _ number: Int) {
        let (job, message) = (work.job, work.message)
        let (identity, calls) = (message.pointee.identity, message.pointee.calls)
        let (generation, asked) = (job.pointee.generation, job.pointee.callAttempts)
        dispatch(.lookedUp(lookup, .failed), of: work, to: number)
        guard message.pointee.identity == identity, job.pointee.generation == generation,
            message.pointee.calls != calls || job.pointee.callAttempts > asked
        else { return }
        note(
            .deduplication, identity, key: "stage \(name): went on though a look-up failed, \(kind.name)",
            cause:
                "stage \(name) goes on with it although a store can't tell of its \(kind.name), for which the policy stays "
                + "closed (`on-failure: closed`)")
    }

    // MARK: Delays

    /// An attempt has its answer, which is kept with the job until it waits.
    @inline(__always)
    func keepAnswer(_ job: UnsafeMutablePointer<Job>, _ exchange: Exchange, timedOut: Bool) {
        job.pointee.request = exchange.kind
        job.pointee[.timedOut] = timedOut
        (job.pointee.status, job.pointee.reason) = (exchange.status, exchange.reason)
        job.pointee.milliseconds = exchange.kind == .attempt ? exchange.milliseconds : 0
    }

    /// A job's notification begins to wait: if for a retry, until when is told next.
    @inline(__always)
    func expectDelay(_ index: UInt32, _ reason: WaitReason) {
        if reason == .backoff { state.pointee.promise.backingOff = index &+ 1 }
    }

    /// The wake that was asked for after the beginning of a wait.
    @inline(__always)
    func checkDelay(until instant: Instant) {
        if state.pointee.promise.backingOff == 0 { return }
        let index = state.pointee.promise.backingOff &- 1
        state.pointee.promise.backingOff = 0
        checkDelay(of: index, until: instant)
    }

    /// A job's notification is tried again no earlier than that, after the answer that is kept with the job.
    @inline(never)
    func checkDelay(of index: UInt32, until instant: Instant) {
        let job = job(index)
        // Of what comes after, this says nothing.
        let isAnswer = job.pointee.request == .attempt && !job.pointee[.timedOut]
        let (response, isRetry) = (isAnswer ? job.pointee.response : .timedOut, job.pointee.request == .attempt)
        job.pointee.request = .write
        guard isRetry else { return }
        let delay = (instant - core.now).nanoseconds
        let identity = core.message(job.pointee.message).pointee.identity
        if let asked = response.retryAfter?.nanoseconds, asked > 0 {
            if delay < min(asked, state.pointee.promise.retryAfterCap) {
                note(
                    .retryAfter, identity, key: "stage \(name)",
                    cause:
                        "stage \(name) tries again after \(Interval(nanoseconds: delay).inWords), and the provider asked for "
                        + Interval(nanoseconds: asked).inWords)
            }
            return
        }
        if state.pointee.promise.isJittered, !state.pointee.promise.hasDefaultWait(response) {
            checkJitter(delay, identity)
        }
    }

    private func checkJitter(_ delay: Int64, _ identity: UInt64) {
        if delay != state.pointee.promise.lastDelay {
            state.pointee.promise.lastDelay = delay
            state.pointee.promise.sameDelays = 0
            return
        }
        state.pointee.promise.sameDelays &+= 1
        guard state.pointee.promise.sameDelays >= PolicyPromise.mostSameDelays else { return }
        note(
            .jitter, identity, key: "stage \(name)",
            cause: "\(PolicyPromise.mostSameDelays + 1) retries of stage \(name) in a row wait "
                + "\(Interval(nanoseconds: delay).inWords) each, and its policy spreads them")
    }

    // MARK: Strikes

    /// A recipient is struck: an answer must have said that it is gone.
    @inline(never)
    func checkStrike(_ work: Work, _ write: StateWrite) {
        guard write.kind == .suppression, case .raise = write.change else { return }
        let job = work.job
        if !state.pointee.isBelieved {
            note(
                .suppression, work.message.pointee.identity, key: "stage \(name): struck in a wave",
                cause: "stage \(name) strikes a recipient though too many are said to be gone at once")
        }
        guard
            job.pointee.request != .attempt || job.pointee[.timedOut]
                || !state.pointee.promise.mayMeanGone(job.pointee.response)
        else { return }
        note(
            .suppression, work.message.pointee.identity, key: "stage \(name): struck without cause",
            cause: "stage \(name) strikes a recipient after an answer that does not say that it is gone")
    }

    /// What a provider says about a recipient, among what it says about others.
    @inline(never)
    func watchWave(_ attempt: AttemptID, _ response: ProviderResponse, _ number: Int) {
        state.pointee.isBelieved = true
        // The transport's failures say nothing about recipients.
        guard response.status != 0, let waves = state.pointee.waves,
            let provider = provider(of: attempt, number), Int(provider.rawValue) < core.state.pointee.dialects.count
        else { return }
        let dialect = core.state.pointee.dialects[Int(provider.rawValue)]
        let isPermanent = Taxonomy.classify(dialect, response).errorClass == .suppressRecipient
        let place = number * core.state.pointee.dialects.count + Int(provider.rawValue)
        state.pointee.isBelieved = waves[place].record(isPermanent: isPermanent, at: core.now.nanoseconds)
    }

    private func provider(of attempt: AttemptID, _ number: Int) -> ProviderIndex? {
        if let watched = state.pointee.watch?.takeUnretainedValue().dispatchers[number] {
            return watched.provider(of: attempt)
        }
        return state.pointee.dispatchers[number]?._withUnsafeGuaranteedRef { $0.provider(of: attempt) }
    }

    /// A replica begins anew, and has seen nothing.
    func forgetWaves(_ number: Int) {
        guard let waves = state.pointee.waves else { return }
        for provider in 0..<core.state.pointee.dialects.count {
            waves[number * core.state.pointee.dialects.count + provider].forget()
        }
    }

    /// A hedged attempt has its answer, and its notification has ended without calling it back.
    @inline(never)
    func noteForgotten(_ identity: UInt64) {
        note(
            .hedging, identity, key: "stage \(name)",
            cause: "a copy of stage \(name) went on when its notification had ended")
    }

    /// Work that was finished without its lease counts.
    @inline(never)
    func noteZombie(_ identity: UInt64) {
        note(
            .settlement, identity, key: "stage \(name): completed without its lease",
            cause: "a task of stage \(name) is completed by a worker that no longer has its lease")
    }

    // MARK: Lanes and slots

    /// Where those are counted that wait for a limit, by replica, channel and platform, and priority.
    private func lane(_ message: UnsafeMutablePointer<Message>, _ number: Int) -> (first: Int, priority: Int) {
        var notification = Notification(
            reference: 0, key: 0, recipient: 0, tenant: 0, channel: .push, platform: .none, created: .zero,
            expires: .zero)
        core.describe(message, &notification)
        let way = Int(message.pointee.channel) << 2 | Int(message.pointee.platform)
        return (number << 6 | way << 2, Int(notification.priority.rawValue))
    }

    /// A notification begins to wait for a limit.
    @inline(never)
    func joinLane(_ message: UnsafeMutablePointer<Message>, _ number: Int) {
        // Who had a turn in vain stands before all others.
        if state.pointee.laneTurns.contains(message.pointee.identity) { return }
        let (first, priority) = lane(message, number)
        state.pointee.lanes[first + priority] &+= 1
    }

    /// It waits no longer; `isNext`: because its turn has come.
    @inline(never)
    func leaveLane(_ message: UnsafeMutablePointer<Message>, _ number: Int, isNext: Bool) {
        let identity = message.pointee.identity
        if isNext ? state.pointee.laneTurns.contains(identity) : state.pointee.laneTurns.remove(identity) != nil {
            return
        }
        guard message.pointee.place == .rateLimit else { return }
        if isNext { state.pointee.laneTurns.insert(identity) }
        let (first, priority) = lane(message, number)
        state.pointee.lanes[first + priority] &-= 1
        let waited = Message.ticks(core.now.nanoseconds) &- message.pointee.mark
        guard isNext, waited < state.pointee.promise.ageing else { return }
        for urgent in 0..<priority where state.pointee.lanes[first + urgent] > 0 {
            note(
                .lanes, message.pointee.identity, key: "stage \(name)",
                cause: "a notification of priority \(priority) goes on in stage \(name) before "
                    + "\(state.pointee.lanes[first + urgent]) of priority \(urgent) that wait")
        }
    }

    /// A replica begins anew: nobody waits there.
    func clearLanes(_ number: Int) {
        guard !state.pointee.lanes.isEmpty else { return }
        for place in number << 6..<(number + 1) << 6 { state.pointee.lanes[place] = 0 }
    }

    /// At the end of the run: what was under way has come back.
    func checkPromises() {
        let providers = core.state.pointee.dialects.count
        for number in 0..<state.pointee.replicaCount {
            guard let dispatcher = state.pointee.dispatchers[number]?.takeUnretainedValue(), dispatcher.unsettled == 0
            else {
                continue
            }
            for provider in 0..<providers {
                let left = dispatcher.inFlight(ProviderIndex(rawValue: UInt16(provider))) ?? 0
                if left == 0 { continue }
                note(
                    .slots, nil, key: "stage \(name)",
                    cause:
                        "\(left) attempts of a replica of stage \(name) count as under way when all notifications have ended"
                )
            }
        }
    }
}
