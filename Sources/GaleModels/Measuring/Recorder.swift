// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import GalePrimitives

/// Where models write what happens: counters and histograms behind one pointer, read back through `Measurements`.
struct Recorder {
    /// A line of the ledger, by its place in a block of counters.
    enum Entry: Int {
        case submitted, delivered, deliveredLate, expired, suppressed, deadLettered, shed, lost, inFlight, duplicates
        case attempts, attempted

        static let count = 12

        @inline(__always)
        init(_ state: Message.State) {
            switch state {
            case .delivered: self = .delivered
            case .late: self = .deliveredLate
            case .expired: self = .expired
            case .suppressed: self = .suppressed
            case .deadLettered: self = .deadLettered
            case .shed: self = .shed
            case .lost: self = .lost
            case .free, .pending, .split: self = .inFlight
            }
        }
    }

    struct State {
        var slotNanoseconds: Int64
        var slotCount: Int
        var phaseCount: Int
        var subjectCount: Int
        /// Slot of the clock; the world moves it at its slices.
        var slot: Int {
            didSet { slotStart = Int64(slot) &* slotNanoseconds }
        }
        /// Nanoseconds; the last slot goes on to the end of the run.
        private(set) var slotStart: Int64 = 0
        /// `[phase][channel][entry]` and `[slot][channel][entry]`.
        var phaseCounters: UnsafeMutablePointer<Int64>
        var slotCounters: UnsafeMutablePointer<Int64>
        /// `[subject][phase]`, and `[subject][slot]` (allocated when first recorded).
        var phaseLatency: UnsafeMutablePointer<Histogram>
        var slotLatency: UnsafeMutablePointer<Histogram?>
        /// Latencies that their histograms don't have yet.
        var noted: UnsafeMutablePointer<NotedLatency>
        var notedCount = 0
        /// Their buckets in the histograms of phases.
        var notedBuckets: UnsafeMutablePointer<Int>
        /// `[slot][channel]`, by the clock.
        var throughput: UnsafeMutablePointer<Int64>
        /// `[channel][place]`, nanoseconds over delivered notifications.
        var spans: UnsafeMutablePointer<Int64>
        var phaseStarts: UnsafeMutablePointer<Int64>
        /// `[slot][provider]`, by the clock.
        var providerSlots: UnsafeMutablePointer<ProviderCounts>
        var providerTotals: UnsafeMutablePointer<ProviderCounts>
        var providerCount: Int
        /// `[provider][place]`: what providers answered, in the order of first use.
        var answers: UnsafeMutablePointer<AnswerCount>
        /// `[slot][store]`.
        var storeSlots: UnsafeMutablePointer<(calls: Int64, errors: Int64)>
        var storeCount: Int
        /// `[slot][topic]`.
        var backlogs: UnsafeMutablePointer<(last: Int64, highest: Int64)>
        var topicCount: Int
        /// `[slot]`: notifications submitted and not settled when it was sampled last.
        var unsettled: UnsafeMutablePointer<Int64>
    }

    let state: UnsafeMutablePointer<State>

    static let channels = 4
    /// Different answers that are told apart for one provider; later ones are counted together.
    static let answerCapacity = 64
    /// Latencies that are noted before they are put into their histograms.
    static let notedCapacity = 128

    /// Of the histograms of phases, and of those of slots, which take less room.
    static var phaseLayout: HistogramLayout { @inline(__always) get { HistogramLayout(subBucketBits: 8) } }
    static var slotLayout: HistogramLayout { @inline(__always) get { HistogramLayout(subBucketBits: 5) } }

    struct NotedLatency: BitwiseCopyable {
        var latency: Int64
        /// Its histogram's place in `phaseLatency`, and the one in `slotLatency`.
        var phase: UInt32
        var slot: UInt32
    }

    struct ProviderCounts: BitwiseCopyable {
        var attempts: Int64 = 0
        var accepted: Int64 = 0
        var errors: Int64 = 0
        var timeouts: Int64 = 0
    }

    struct AnswerCount: BitwiseCopyable {
        var status: UInt16 = 0
        var reason: UInt16 = 0
        var count: Int64 = 0
    }

    @inline(__always)
    func count(_ entry: Entry, phase: UInt8, slot: UInt16, channel: UInt8, _ amount: Int64) {
        let phaseBlock = (Int(phase) &* Self.channels &+ Int(channel)) &* Entry.count &+ entry.rawValue
        state.pointee.phaseCounters[phaseBlock] &+= amount
        let slotBlock = (Int(slot) &* Self.channels &+ Int(channel)) &* Entry.count &+ entry.rawValue
        state.pointee.slotCounters[slotBlock] &+= amount
    }

    @inline(__always)
    func delivered(_ message: UnsafeMutablePointer<Message>, latency: Int64, ticks: UInt32) {
        let channel = Int(message.pointee.channel)
        record(latency, subject: channel, phase: message.pointee.phase, slot: message.pointee.slot)
        let slot = slotByClock(message.pointee.intended &+ latency)
        state.pointee.throughput[slot &* Self.channels &+ channel] &+= 1
        let spans = state.pointee.spans + channel &* 8
        var broker = ticks
        for place in 0..<Int(Message.Place.broker.rawValue) {
            spans[place] &+= Int64(message.spans[place])
            broker &-= message.spans[place]
        }
        spans[Int(Message.Place.broker.rawValue)] &+= Int64(broker)
    }

    /// A latency of a channel, stage or provider.
    ///
    /// It is noted only: the buckets of histograms have left the cache when they are needed, and many that are filled one
    /// after the other are waited for at once.
    @inline(__always)
    func record(_ latency: Int64, subject: Int, phase: UInt8, slot: UInt16) {
        let count = state.pointee.notedCount
        (state.pointee.noted + count).initialize(
            to: NotedLatency(
                latency: max(0, latency),
                phase: UInt32(truncatingIfNeeded: subject &* state.pointee.phaseCount &+ Int(phase)),
                slot: UInt32(truncatingIfNeeded: subject &* state.pointee.slotCount &+ Int(slot))))
        state.pointee.notedCount = count &+ 1
        if count &+ 1 == Self.notedCapacity { fillHistograms() }
    }

    /// Slot and phase of an intended send time.
    @inline(__always)
    func slot(of nanoseconds: Int64) -> UInt16 {
        UInt16(truncatingIfNeeded: min(nanoseconds / state.pointee.slotNanoseconds, Int64(state.pointee.slotCount - 1)))
    }

    /// The same for an instant near the clock, mostly without a division.
    @inline(__always)
    private func slotByClock(_ nanoseconds: Int64) -> Int {
        let slot = state.pointee.slot
        let since = UInt64(bitPattern: nanoseconds &- state.pointee.slotStart)
        if since < UInt64(bitPattern: state.pointee.slotNanoseconds) { return slot }
        return Int(self.slot(of: nanoseconds))
    }

    func phase(of nanoseconds: Int64) -> UInt8 {
        var phase = state.pointee.phaseCount - 1
        while phase > 0 && state.pointee.phaseStarts[phase] > nanoseconds { phase -= 1 }
        return UInt8(truncatingIfNeeded: phase)
    }

    @inline(__always)
    func attempt(_ message: UnsafeMutablePointer<Message>, provider: Int) {
        let (phase, slot, channel) = (message.pointee.phase, message.pointee.slot, message.pointee.channel)
        count(.attempts, phase: phase, slot: slot, channel: channel, 1)
        if message.pointee.calls == 1 { count(.attempted, phase: phase, slot: slot, channel: channel, 1) }
        state.pointee.providerTotals[provider].attempts &+= 1
        state.pointee.providerSlots[state.pointee.slot &* state.pointee.providerCount &+ provider].attempts &+= 1
    }

    /// What a provider decided, counted when it did.
    @inline(__always)
    func answer(provider: Int, status: UInt16, reason: UInt16, accepted: Bool) {
        let slot = state.pointee.slot &* state.pointee.providerCount &+ provider
        if accepted {
            state.pointee.providerTotals[provider].accepted &+= 1
            state.pointee.providerSlots[slot].accepted &+= 1
        } else {
            state.pointee.providerTotals[provider].errors &+= 1
            state.pointee.providerSlots[slot].errors &+= 1
        }
        let answers = state.pointee.answers + provider &* Self.answerCapacity
        var place = 0
        while place < Self.answerCapacity - 1 && answers[place].count > 0
            && (answers[place].status != status || answers[place].reason != reason)
        { place &+= 1 }
        answers[place].status = status
        answers[place].reason = reason
        answers[place].count &+= 1
    }

    @inline(__always)
    func timeout(provider: Int) {
        state.pointee.providerTotals[provider].timeouts &+= 1
        state.pointee.providerSlots[state.pointee.slot &* state.pointee.providerCount &+ provider].timeouts &+= 1
    }

    @inline(__always)
    func storeCall(_ store: Int, failed: Bool) {
        let slot = state.pointee.slot &* state.pointee.storeCount &+ store
        state.pointee.storeSlots[slot].calls &+= 1
        if failed { state.pointee.storeSlots[slot].errors &+= 1 }
    }
}
