// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// What all models of one world share: the clock, the draws, the pools of records, and the books.
struct Core {
    struct State: ~Copyable {
        var draws: Draws
        var messages: DenseSlab<Message>
        /// In step with `messages`, where a policy has a retry topic.
        var retryHeaders: DenseSlab<RetryHeader>
        var hasRetryTopics: Bool
        var folded: DenseSlab<FoldedMessage>
        var exchanges: Slab<Exchange>
        var recorder: Recorder
        /// The run ends here, the drain included; nothing that happens later counts.
        var end: Instant
        var loadEnd: Instant
        /// Notifications submitted; settled or not.
        var submitted: Int64 = 0
        var unsettled: Int64 = 0
        var peakUnsettled: Int64 = 0
        /// Workloads that still have arrivals to make.
        var openWorkloads = 0
        /// The latest instant at which a provider has taken, or will have taken, a message.
        var latestDelivery = Instant.zero
        /// Whether requests over straight links are decided when they are sent.
        var looksAhead = true
        /// Every de-duplication window outlasts the run: when a key was written does not matter, only whether.
        var isMemoryLong = true
        var outcome = FingerprintSum()
        var stages: UnsafeMutablePointer<StageHandle>
        var stores: UnsafeMutablePointer<StoreHandle>
        var providers: UnsafeMutablePointer<ProviderHandle>
        var brokers: UnsafeMutablePointer<KafkaHandle>
        var topics: UnsafeMutablePointer<TopicRoute>
        /// Per workload, nanoseconds.
        var timeToLive: UnsafeMutablePointer<Int64>
        var sources: UnsafeMutablePointer<WorkloadTraits>
        /// The lanes of the time-outs that dispatchers asked for last.
        var timeoutLanes: (Lane, Lane, Lane, Lane)
        var nextTimeoutLane = 0
        /// Per workload; nil where it has a rate.
        var closedLoops: UnsafeMutablePointer<ClosedLoopHandle?>
        var hasClosedLoops = false
        /// Notifications of split segments.
        var parts: Slab<SplitPart>
        /// In force.
        var objections: [Objection] = []
        /// nil: no workload is ordered.
        var orderLog: Unmanaged<OrderLog>?
        /// Rare situations that the run has met: a bit for each `Mark`.
        var marks: UInt64 = 0
        /// Edges that state machines have taken: a bit for each `StateEdge`.
        var edges: UInt64 = 0
        /// Where violated invariants are noted.
        var violations: Unmanaged<ViolationLog>?
        /// Of each provider.
        var dialects: [ProviderDialect] = []
        /// By workload: whether every broker on its messages' way promises to keep what it acknowledges.
        var isDurable: [Bool] = []
    }

    let state: UnsafeMutablePointer<State>
    let scheduler: Scheduler

    var now: Instant { @inline(__always) get { scheduler.now } }
    var draws: Draws { @inline(__always) get { state.pointee.draws } }
    var recorder: Recorder { @inline(__always) get { state.pointee.recorder } }

    @inline(__always)
    func message(_ index: UInt32) -> UnsafeMutablePointer<Message> { state.pointee.messages[index] }

    @inline(__always)
    func stage(of exchange: UnsafeMutablePointer<Exchange>) -> StageHandle {
        state.pointee.stages[Int(exchange.pointee.stage)]
    }

    @inline(__always)
    func exchange(_ index: UInt32) -> UnsafeMutablePointer<Exchange> { state.pointee.exchanges[index] }
}

extension Core {
    /// One more holder.
    @inline(__always)
    func retain(_ index: UInt32) { message(index).pointee.references &+= 1 }

    /// One holder fewer. Without any, what was not settled is lost: nobody can ever finish it.
    @inline(__always)
    func release(_ index: UInt32) { release(index, message(index)) }

    @inline(__always)
    func release(_ index: UInt32, _ message: UnsafeMutablePointer<Message>) {
        message.pointee.references &-= 1
        guard message.pointee.references == 0 else { return }
        switch message.pointee.state {
        case .delivered, .late:
            // Nearly all: what is to be said of it was said when it was delivered.
            message.pointee.state = .free
            freeMessage(index)
        default: discard(index, message)
        }
    }

    @inline(never)
    private func discard(_ index: UInt32, _ message: UnsafeMutablePointer<Message>) {
        if message.pointee.state == .pending {
            mark(.lost)
            settle(index, as: .lost)
            noteLoss(message)
        }
        if message.pointee.state == .split { releaseParts(message) }
        close(message.pointee.identity, message.pointee.state)
        message.pointee.state = .free
        freeMessage(index)
    }

    /// The end of a record: what no provider took enters the outcome digest here (a delivery did when it happened).
    func close(_ identity: UInt64, _ state: Message.State) {
        switch state {
        case .expired, .suppressed, .deadLettered, .shed, .lost: addOutcome(identity, state, 0)
        case .free, .pending, .delivered, .late, .split: break
        }
    }

    /// Counts a submission. The record's fields are complete.
    func submit(_ index: UInt32) {
        let message = message(index)
        let units = units(of: message)
        state.pointee.submitted += units
        state.pointee.unsettled += units
        if state.pointee.unsettled > state.pointee.peakUnsettled {
            state.pointee.peakUnsettled = state.pointee.unsettled
        }
        forEachUnit(message) { channel, count in
            recorder.count(
                .submitted, phase: message.pointee.phase, slot: message.pointee.slot, channel: channel, count)
        }
    }

    /// The pipeline's own word on a message. What a provider took before stays delivered.
    func settle(_ index: UInt32, as outcome: Message.State) { settle(message(index), as: outcome) }

    func settle(_ message: UnsafeMutablePointer<Message>, as outcome: Message.State) {
        guard message.pointee.state == .pending else { return }
        state.pointee.unsettled -= units(of: message)
        message.pointee.state = outcome
        let entry = Recorder.Entry(outcome)
        forEachUnit(message) { channel, count in
            recorder.count(entry, phase: message.pointee.phase, slot: message.pointee.slot, channel: channel, count)
        }
        if state.pointee.hasClosedLoops { tellUser(message, at: now) }
    }

    /// The user of a closed loop goes on when the message is settled for the first time.
    @inline(never)
    private func tellUser(_ message: UnsafeMutablePointer<Message>, at instant: Instant) {
        guard let loop = state.pointee.closedLoops[Int(message.pointee.workload)] else { return }
        // Arrivals are made a little ahead of the clock.
        loop.settled(message.pointee.identity, at: max(instant, Instant(nanoseconds: message.pointee.intended)))
    }

    /// The provider's truth: it took the message at `instant`.
    @inline(__always)
    func deliver(_ index: UInt32, _ message: UnsafeMutablePointer<Message>, at instant: Instant, expires: Instant) {
        guard instant <= state.pointee.end else { return }
        if instant > state.pointee.latestDelivery { state.pointee.latestDelivery = instant }
        if message.pointee.isSegment { return deliverSegment(index, at: instant, expires: expires) }
        let channel = message.pointee.channel
        let (phase, slot) = (message.pointee.phase, message.pointee.slot)
        let isFirstWord = message.pointee.state == .pending
        switch message.pointee.state {
        case .pending:
            state.pointee.unsettled -= 1
            if state.pointee.hasClosedLoops { tellUser(message, at: instant) }
        case .delivered, .late:
            recorder.count(.duplicates, phase: phase, slot: slot, channel: channel, 1)
            if let log = state.pointee.orderLog {
                log._withUnsafeGuaranteedRef { $0.noteAgain(message, at: instant, core: self) }
            }
            return
        default: retract(message)
        }
        let (late, hasSpans) = (instant > expires, message.pointee.hasSpans)
        message.pointee.state = late ? .late : .delivered
        move(message, to: .work, at: instant)
        let latency = instant.nanoseconds &- message.pointee.intended
        recorder.count(
            late ? .deliveredLate : .delivered, phase: phase, slot: slot, channel: channel,
            1)
        recordDelivery(message, latency, hasSpans: hasSpans)
        addOutcome(message.pointee.identity, message.pointee.state, latency)
        if let log = state.pointee.orderLog {
            log._withUnsafeGuaranteedRef { $0.note(message, at: instant, isFirstWord: isFirstWord, core: self) }
        }
    }

    /// Latency and break-down of a first delivery, of a message that was pending until now or not (`hasSpans`).
    @inline(__always)
    func recordDelivery(_ message: UnsafeMutablePointer<Message>, _ latency: Int64, hasSpans: Bool) {
        if !hasSpans {
            // It was given up before, and its break-down with it: the whole time counts as spent in backoff.
            message.pointee.breakdown = Spans()
            let ticks = UInt32(truncatingIfNeeded: latency &>> 12)
            message.spans[Int(Message.Place.backoff.rawValue)] = ticks
            return recorder.delivered(message, latency: latency, ticks: ticks)
        }
        recorder.delivered(
            message, latency: latency, ticks: message.pointee.mark &- Message.ticks(message.pointee.intended))
    }

    /// The pipeline had given the message up, and yet a provider took it: its earlier entry is taken back.
    func retract(_ message: UnsafeMutablePointer<Message>) {
        mark(.retracted)
        let entry = Recorder.Entry(message.pointee.state)
        forEachUnit(message) { channel, count in
            recorder.count(entry, phase: message.pointee.phase, slot: message.pointee.slot, channel: channel, -count)
        }
    }

    /// A settled notification's line in the outcome digest: who, what became of it, and when.
    func addOutcome(_ identity: UInt64, _ outcome: Message.State, _ latency: Int64) {
        var fingerprint = Fingerprint()
        fingerprint.absorb(identity)
        fingerprint.absorb(UInt64(outcome.rawValue))
        fingerprint.absorb(UInt64(bitPattern: latency))
        state.pointee.outcome.add(fingerprint.digest)
    }

    /// Channel counts of what a record stands for: a segment's notifications have channels of their own.
    @inline(__always)
    func forEachUnit(_ message: UnsafeMutablePointer<Message>, _ body: (UInt8, Int64) -> Void) {
        if !message.pointee.isSegment { return body(message.pointee.channel, 1) }
        var counts: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        let mix = state.pointee.sources[Int(message.pointee.workload)].mix
        for unit in 0..<UInt64(units(of: message)) {
            switch mix.channel(of: message.pointee.identity &+ unit, draws) {
            case 0: counts.0 += 1
            case 1: counts.1 += 1
            case 2: counts.2 += 1
            default: counts.3 += 1
            }
        }
        if counts.0 > 0 { body(0, counts.0) }
        if counts.1 > 0 { body(1, counts.1) }
        if counts.2 > 0 { body(2, counts.2) }
        if counts.3 > 0 { body(3, counts.3) }
    }
}

extension Core {
    /// A new record with one holder: the caller.
    @inline(__always)
    func newMessage(
        identity: UInt64, intended: Int64, units: UInt32, phase: UInt8, slot: UInt16
    ) -> UInt32 {
        let mix = state.pointee.sources[Int(identity &>> 56)].mix
        let channel = units == 1 ? mix.channel(of: identity, draws) : 0
        let index = state.pointee.messages.allocate()
        gale_prefetch(state.pointee.messages.next)
        message(index).initialize(
            to: Message(
                identity: identity, intended: intended, slot: slot, phase: phase, channel: channel,
                platform: mix.platform(of: identity, channel: channel, draws), isSegment: units != 1))
        if state.pointee.hasRetryTopics { addRetryHeader(index) }
        return index
    }

    /// Headers are taken and given back together with messages, so that they have the same indices.
    @inline(never)
    private func addRetryHeader(_ index: UInt32) {
        let header = state.pointee.retryHeaders.allocate()
        precondition(header == index, "retry headers are kept in step with messages")
        state.pointee.retryHeaders[header].initialize(to: RetryHeader())
    }

    /// The end of a record.
    @inline(__always)
    func freeMessage(_ index: UInt32) {
        state.pointee.messages.free(index)
        if state.pointee.hasRetryTopics { state.pointee.retryHeaders.free(index) }
    }

    /// Notifications that a record stands for.
    @inline(__always)
    func units(of message: UnsafeMutablePointer<Message>) -> Int64 {
        message.pointee.isSegment ? state.pointee.sources[Int(message.pointee.workload)].units : 1
    }

    /// Bytes: a property of the identity, as recipient and tenant are.
    @inline(__always)
    func size(of message: UnsafeMutablePointer<Message>) -> Int64 {
        let known = message.pointee.knownSize
        if known > 0 { return Int64(known) }
        let drawn = drawSize(message)
        message.pointee.knownSize = UInt32(truncatingIfNeeded: drawn)
        return drawn
    }

    @inline(__always)
    private func drawSize(_ message: UnsafeMutablePointer<Message>) -> Int64 {
        let identity = message.pointee.identity
        let size = state.pointee.sources[Int(message.pointee.workload)].size.sample(draws.uniform(.size, identity))
        return min(max(1, size), 1 << 30)
    }

    @inline(__always)
    func recipient(of message: UnsafeMutablePointer<Message>) -> UInt64 {
        draws.uniform(.recipient, message.pointee.identity)
            .below(state.pointee.sources[Int(message.pointee.workload)].recipients)
    }

    @inline(__always)
    func tenant(of message: UnsafeMutablePointer<Message>) -> UInt32 {
        state.pointee.sources[Int(message.pointee.workload)].tenants.sample(
            draws.uniform(.tenant, message.pointee.identity))
    }

    /// Counts an attempt; its number, from 1.
    @inline(__always)
    func nextAttempt(_ message: UnsafeMutablePointer<Message>) -> UInt16 {
        let calls = min(message.pointee.calls &+ 1, Message.maximumCalls)
        message.pointee.calls = calls
        return calls
    }

    /// The lane of a time-out: policies use few, so the last four are kept at hand.
    @inline(__always)
    func timeoutLane(_ timeout: Interval) -> Lane {
        if state.pointee.timeoutLanes.0.delay == timeout { return state.pointee.timeoutLanes.0 }
        if state.pointee.timeoutLanes.1.delay == timeout { return state.pointee.timeoutLanes.1 }
        if state.pointee.timeoutLanes.2.delay == timeout { return state.pointee.timeoutLanes.2 }
        if state.pointee.timeoutLanes.3.delay == timeout { return state.pointee.timeoutLanes.3 }
        return findTimeoutLane(timeout)
    }

    @inline(never)
    private func findTimeoutLane(_ timeout: Interval) -> Lane {
        let lane = scheduler.lane(for: timeout)
        switch state.pointee.nextTimeoutLane {
        case 0: state.pointee.timeoutLanes.0 = lane
        case 1: state.pointee.timeoutLanes.1 = lane
        case 2: state.pointee.timeoutLanes.2 = lane
        default: state.pointee.timeoutLanes.3 = lane
        }
        state.pointee.nextTimeoutLane = (state.pointee.nextTimeoutLane + 1) & 3
        return lane
    }
}
