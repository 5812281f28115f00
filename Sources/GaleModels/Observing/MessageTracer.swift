// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Follows one message through a run: what happens to it, step by step, each with the step that led to it.
///
/// It knows the message by its identity and looks at the records that stand for it. What an event is about shows before it is
/// handled (an answer, a batch), what follows from it in the actions of the dispatcher and in the records afterwards.
package final class MessageTracer: WorldObserver {
    package let message: MessageID
    package private(set) var steps: [MessageStep] = []

    /// The record that stands for it now: its own, or that of the segment it is a part of.
    var record: UInt32?
    private var isWholeSegment = false
    /// What the record said after the last event.
    private var known = Message.State.pending
    var lastPlace = Message.Place.broker
    /// Log entries that hold it.
    var entries: [Entry] = []
    /// Who works on it.
    var jobs: [JobName] = []
    /// The step that the next one follows from, unless something else does.
    private(set) var latest: Int?
    /// Steps that last and are not over, by what they are.
    var open: [Span: Int] = [:]
    private var isOver = false

    struct Entry: Equatable {
        var broker: Int
        var partition: UInt32
        var offset: Int
        /// The step at which it was appended.
        var step: Int
        var isVisible = false
        var isBegun = false
    }

    struct JobName: Equatable {
        var stage: Int
        var index: UInt32
        var generation: UInt32
        var replica: Int
        /// The step at which it began.
        var step: Int
    }

    enum Span: Hashable {
        case wait, look
        case attempt(UInt64)
        /// The last attempt, whatever it was called.
        case lastAttempt
    }

    package init(_ message: MessageID) { self.message = message }

    var core: Core { world.core }

    // MARK: Steps

    /// Adds a step that follows from `cause`, or from the latest one.
    @discardableResult
    func add(_ what: MessageStep.Happening, cause: Int? = nil, at time: Int64? = nil, faults: [Int] = []) -> Int {
        steps.append(MessageStep(time: time ?? now, what: what, cause: cause ?? latest, faults: faults))
        latest = steps.count - 1
        return steps.count - 1
    }

    func close(_ span: Span, at time: Int64? = nil) -> Int? {
        guard let step = open.removeValue(forKey: span) else { return nil }
        steps[step].end = time ?? now
        return step
    }

    /// Faults in force that strike something.
    func faults(where strikes: (FaultEffect) -> Bool) -> [Int] {
        world.specification.faults.indices.filter {
            let fault = world.specification.faults[$0]
            return fault.at.nanoseconds <= now && now < (fault.at + fault.length).nanoseconds && strikes(fault.effect)
        }
    }

    // MARK: Events

    override package func willHandle(_ event: Event) {
        guard record != nil || !entries.isEmpty else { return }
        noteBooks()
        switch roles[Int(event.target)] {
        case .broker(let place): willHandle(event, broker: place)
        case .stage(let place): willHandle(event, stage: place)
        default: break
        }
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        if record == nil, case .workload(let place) = roles[Int(event.target)], place == message.workload {
            findSubmission(entity)
        }
        guard record != nil || !entries.isEmpty else { return }
        noteFate()
        noteJobs(roles[Int(event.target)])
        noteLog(roles[Int(event.target)])
    }

    override func dispatched(
        _ input: Input, _ actions: UnsafeMutablePointer<Actions>, stage: Int, replica: Int
    ) {
        noteDispatch(input, actions, stage: stage, replica: replica)
    }

    // MARK: Records

    /// The workload has made arrivals: is this one among them?
    private func findSubmission(_ entity: UInt64) {
        guard !isOver else { return }
        guard let found = find(message.submission) else {
            // Into a direct topic each arrival is an event; one that is turned away is gone with it.
            if entity == UInt64(message.workload) << 56 | message.ordinal {
                add(.submitted(expires: now + core.state.pointee.timeToLive[message.workload]))
                add(.entered(.shed))
                isOver = true
            }
            return
        }
        submit(found)
        if isFree(found) { noteFate() }
    }

    private func submit(_ index: UInt32) {
        take(index)
        let intended = core.message(index).pointee.intended
        latest = nil
        add(.submitted(expires: intended + core.state.pointee.timeToLive[message.workload]), at: intended)
    }

    /// A dispatcher is handed the message in the very event in which it arrives, and may be done with it at once: then its record is
    /// gone when the event is over.
    func meet(_ index: UInt32) {
        guard record == nil, steps.isEmpty, !isOver else { return }
        submit(index)
        noteBooks()
    }

    private func take(_ index: UInt32) {
        record = index
        isWholeSegment = core.message(index).pointee.isSegment
        known = .pending
        lastPlace = core.message(index).pointee.place
    }

    private func find(_ identity: MessageID, isPart: Bool = false) -> UInt32? {
        (0..<core.state.pointee.messages.extent).first {
            let message = core.message($0)
            return message.pointee.identity == identity.rawValue && message.pointee.state != .free
                && (!isPart || !message.pointee.isSegment)
        }
    }

    private func isFree(_ index: UInt32) -> Bool { core.message(index).pointee.state == .free }

    /// What has become of the record.
    private func noteFate() {
        guard let index = record else { return findAgain() }
        let record = core.message(index)
        let expected = isWholeSegment ? message.submission : message
        guard record.pointee.state != .free, record.pointee.identity == expected.rawValue else { return lose() }
        if record.pointee.state == .split { return goOwnWay(segment: index) }
        guard record.pointee.state != known else { return }
        known = record.pointee.state
        guard let entry = MessageStep.Entry(known) else { return }
        let isProviders = entry == .delivered || entry == .late
        add(.entered(entry), cause: isProviders ? open[.lastAttempt] : nil, at: isProviders ? marked(record) : nil)
    }

    /// The instant at which a provider took it, to a few microseconds: it is booked ahead.
    private func marked(_ record: UnsafeMutablePointer<Message>) -> Int64 {
        let ahead = Int32(bitPattern: record.pointee.mark &- Message.ticks(now))
        return max(now, now + Int64(ahead) * Message.tickNanoseconds)
    }

    /// The segment has given way to its notifications.
    private func goOwnWay(segment: UInt32) {
        guard isWholeSegment, let own = find(message, isPart: true) else {
            record = nil
            return
        }
        let stage = jobs.last?.stage ?? 0
        take(own)
        entries = []
        add(.split(stage: stage))
    }

    /// No record stands for it any more: it is folded, or gone.
    private func lose() {
        record = nil
        // Only a log entry may make it again.
        entries.removeAll { foldedState($0) == nil }
        guard known == .pending else { return }
        known = entries.lazy.compactMap { self.foldedState($0) }.first ?? bookedState
        isOver = entries.isEmpty
        if let entry = MessageStep.Entry(known) {
            add(.entered(entry), cause: entry == .delivered || entry == .late ? open[.lastAttempt] : nil)
        }
    }

    // MARK: Books

    /// The books of its phase and channel before an event, by `Recorder.Entry`.
    private var books: [Int64] = []

    private func noteBooks() {
        guard let record else { return }
        let message = core.message(record).pointee
        block = (Int(message.phase) * Recorder.channels + Int(message.channel)) * Recorder.Entry.count
        books = (0..<Recorder.Entry.count).map { core.recorder.state.pointee.phaseCounters[block + $0] }
    }

    private var block = 0

    /// What became of a message whose record went with the event that decided it.
    private var bookedState: Message.State {
        let states: [Message.State] = [.delivered, .late, .expired, .suppressed, .deadLettered, .shed]
        return states.first { state in
            let entry = Recorder.Entry(state).rawValue
            return core.recorder.state.pointee.phaseCounters[block + entry] > books[entry]
        } ?? .lost
    }

    private func foldedState(_ entry: Entry) -> Message.State? {
        guard holdsFolded(entry), let log = log(entry) else { return nil }
        return core.state.pointee.folded[log[entry.offset] & ~LogEntry.folded].pointee.state
    }

    private func holdsFolded(_ entry: Entry) -> Bool {
        guard let log = log(entry), entry.offset >= log.startPosition, entry.offset < log.endPosition else {
            return false
        }
        let word = log[entry.offset]
        return LogEntry.isFolded(word)
            && core.state.pointee.folded[word & ~LogEntry.folded].pointee.identity == message.rawValue
    }

    /// A log may have made a folded message again.
    private func findAgain() {
        for entry in entries {
            guard let log = log(entry), entry.offset >= log.startPosition, entry.offset < log.endPosition else {
                continue
            }
            let word = log[entry.offset]
            guard !LogEntry.isFolded(word), core.message(word).pointee.identity == message.rawValue else { continue }
            let state = core.message(word).pointee.state
            take(word)
            known = state
            return
        }
    }

    func log(_ entry: Entry) -> OffsetLog? {
        world.parts.brokers[entry.broker]?.handle.partition(entry.partition).pointee.log
    }

    // MARK: The end

    /// After the run: what is still open stays so.
    package func finish() {
        guard record != nil, known == .pending, !steps.isEmpty else { return }
        add(.entered(.inFlight))
    }
}
