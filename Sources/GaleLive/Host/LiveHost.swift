// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GalePrimitives
import GaleRandomness
import NIOCore

/// The real host of a `Dispatcher`: a worker that reads a queue, sends through transports, keeps a store, timers and slots.
///
/// One event loop owns all of it. An input happens, the dispatcher names actions, and they are carried out in their order; what
/// an action leads to is a later input, with a later time. Nothing is decided here that a policy decides.
///
/// The queue is in memory and has offsets: what is settled is acknowledged by committing the lowest contiguous one. What goes
/// through a retry topic comes back to it when it is due.
public final class LiveHost {
    let eventLoop: any EventLoop
    let dispatcher: Dispatcher
    let senders: [any ProviderSender]
    let recorder: LogRecorder?
    let draws: Draws
    let store = LiveStore()
    var clock: LiveClock
    var actions = Actions()
    var now = Instant.zero

    // Inputs that have happened and are not yet handled.
    private var inbox = CircularBuffer<Input>()
    private var isHandling = false
    private var inputs: UInt64 = 0

    // The queue.
    var records: [UInt64: Record] = [:]
    var queue = CircularBuffer<UInt64>()
    var offsets = OffsetTracker()
    var acquiring = CircularBuffer<(chain: ChainID, reference: UInt64)>()
    var freeSlots: Int
    let slots: Int

    // What is under way.
    var attempts: [AttemptID: UnderWay] = [:]
    var timers: [UInt64: Scheduled<Void>] = [:]
    private var timerCount: UInt64 = 0

    public private(set) var books = LiveBooks()
    /// Nanoseconds, of what was delivered.
    let latencies = Histogram()
    private var isStopped = false
    /// Called when a notification has ended for good.
    public var onSettle: (UInt64, Outcome) -> Void = { _, _ in }

    /// A notification from its arrival until it is settled.
    struct Record {
        var notification: Notification
        var offset: Int64
        var holdsSlot = false
    }

    struct UnderWay {
        var ticket: Ticket
        var sender: any ProviderSender
        var timeout: Scheduled<Void>
        var sent: Instant
    }

    /// - Parameters:
    ///   - senders: a transport for each provider, in the policy's order.
    ///   - slots: notifications in hand at once, those that wait without a slot not counted.
    init(
        policy: Policy, providers: [ProviderDescription], senders: [any ProviderSender], slots: Int, clock: LiveClock,
        draws: Draws, recorder: LogRecorder?, on eventLoop: any EventLoop
    ) {
        precondition(senders.count == providers.count && slots > 0)
        self.eventLoop = eventLoop
        self.senders = senders
        self.slots = slots
        self.clock = clock
        self.draws = draws
        self.recorder = recorder
        freeSlots = slots
        dispatcher = Dispatcher(policy: policy, providers: providers)
    }

    deinit { latencies.deallocate() }

    public var counters: DeliveryCounters { dispatcher.counters }
    /// Everything before this offset is done with.
    public var committed: Int64 { offsets.committable }

    /// Since the run began.
    public var elapsed: Interval { clock.elapsed }

    /// Notifications that arrived and are not settled.
    public var unsettled: Int { records.count }

    /// Offsets from the committed one to the end: what a crash would make it read again.
    var uncommitted: Int64 { offsets.span }

    /// A notification arrives in the queue. Its reference is unique among those that are not settled.
    func submit(_ notification: Notification) {
        eventLoop.assertInEventLoop()
        precondition(records[notification.reference] == nil, "a reference names one notification")
        let offset = offsets.end
        offsets.begin(offset)
        records[notification.reference] = Record(notification: notification, offset: offset)
        queue.append(notification.reference)
        books.submitted += 1
        work()
    }

    /// A recipient objects, or no longer does.
    func consentChanged(recipient: UInt64, channel: GaleDelivery.Channel?, isGranted: Bool) {
        take(.consentChanged(recipient: recipient, channel: channel, isGranted: isGranted))
    }

    /// Hands an input to the dispatcher and carries out what it names, then what that has led to.
    func take(_ input: Input) {
        eventLoop.assertInEventLoop()
        inbox.append(input)
        work()
    }

    /// Handles what has happened; free slots go to what waits for one, then to new work.
    func work() {
        if isHandling || isStopped { return }
        isHandling = true
        while let next = inbox.popFirst() ?? nextInSlot() { handle(next) }
        isHandling = false
    }

    private func handle(_ input: Input) {
        now = clock.next()
        var drawn: UInt64?
        inputs += 1
        dispatcher.handle(input, now: now, random: draw(&drawn), into: &actions)
        recorder?.record(input, at: now, random: drawn, actions)
        var place = 0
        while place < actions.count {
            carryOut(actions[place])
            place += 1
        }
        actions.removeAll()
    }

    private func draw(_ drawn: inout UInt64?) -> UInt64 {
        let word = draws.uniform(.liveDispatcher, inputs)
        drawn = word
        return word
    }

    private func nextInSlot() -> Input? {
        guard freeSlots > 0 else { return nil }
        if let next = acquiring.popFirst() {
            takeSlot(next.reference)
            return .granted(next.chain)
        }
        guard let reference = queue.popFirst(), let record = records[reference] else { return nil }
        takeSlot(reference)
        return .consumed(record.notification)
    }

    private func takeSlot(_ reference: UInt64) {
        freeSlots -= 1
        records[reference]?.holdsSlot = true
    }

    /// At an instant, or as soon after it as the loop comes to it.
    func schedule(at instant: Instant, _ body: @escaping () -> Void) {
        timerCount += 1
        let number = timerCount
        timers[number] = eventLoop.assumeIsolated().scheduleTask(deadline: clock.deadline(instant)) {
            self.timers[number] = nil
            body()
        }
    }

    /// Breaks off what is under way and forgets its timers: the end, tidy or not. What still happens leads to nothing.
    func stop() {
        isStopped = true
        for (_, timer) in timers { timer.cancel() }
        timers = [:]
        for (_, attempt) in attempts {
            attempt.timeout.cancel()
            _ = attempt.sender.withdraw(attempt.ticket, late: false)
        }
        attempts = [:]
    }

    func note(_ change: (inout LiveBooks) -> Void) { change(&books) }
}

extension Purpose {
    /// a: the input's number. The word that a live host gives its dispatcher.
    static var liveDispatcher: Purpose { Purpose(layer: .policy, id: 0x0200) }
    /// a: the failures so far. How long a connection waits before it is tried again.
    static var liveReconnect: Purpose { Purpose(layer: .network, id: 0x0200) }
}
