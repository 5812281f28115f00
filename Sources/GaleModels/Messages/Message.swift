// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One submission on its way: a notification, or a campaign's segment that stands for all notifications of a fan-out until a
/// stage splits it. 64 bytes, one cache line. What identity alone determines (recipient, tenant) is drawn again when it is needed.
///
/// A record lives as long as something holds it: a log entry, a job, an attempt under way.
struct Message: BitwiseCopyable {
    /// Time by place in ticks, for places below `broker`; the first member, see `UnsafeMutablePointer.spans`.
    var breakdown = Spans()
    /// Tick since when it has been in `place`. Where the time of `broker` would be kept: that is what the others leave of
    /// the latency, and what is added here is then overwritten.
    var mark: UInt32
    /// Workload (8 bits), ordinal (36 bits), fan-out index (20 bits): the same in every run, whatever happens to it.
    var identity: UInt64
    /// Intended send time, nanoseconds. Of a split segment: see `parts`.
    var intended: Int64
    /// Before its first attempt its size, since then what the de-duplication store knows: it learns no key before.
    private var sizeOrSeen: UInt32 = 0
    /// Tick at which it was appended to the topic it was last read from.
    var appended: UInt32
    var references: UInt16 = 1
    /// Slot of the time series that its intended send time falls in.
    var slot: UInt16
    /// Phase of the time line that its intended send time falls in.
    var phase: UInt8
    /// Place (3 bits), channel (2), platform (2), whether it is a segment (1).
    private var traits: UInt8
    /// Attempts (12 bits) and state (4).
    private var word: UInt16

    @inline(__always)
    init(
        identity: UInt64, intended: Int64, slot: UInt16, phase: UInt8, channel: UInt8, platform: UInt8, isSegment: Bool
    ) {
        self.identity = identity
        self.intended = intended
        self.slot = slot
        self.phase = phase
        mark = Self.ticks(intended)
        appended = mark
        traits = Place.broker.rawValue | channel &<< 3 | platform &<< 5 | (isSegment ? 0x80 : 0)
        word = UInt16(State.pending.rawValue) &<< 12
    }

    /// Attempts at providers so far, over every copy; 0: it has not needed one yet. Stays at `maximumCalls`.
    @inline(__always)
    var calls: UInt16 {
        get { word & Self.maximumCalls }
        set {
            if calls == 0 { sizeOrSeen = 0 }
            word = word & ~Self.maximumCalls | newValue & Self.maximumCalls
        }
    }

    /// When the de-duplication store learnt its key, milliseconds plus one; 0: not yet. It is set after the first attempt.
    @inline(__always)
    var seenMilliseconds: UInt32 {
        get { calls == 0 ? 0 : sizeOrSeen }
        set { sizeOrSeen = newValue }
    }

    /// Bytes; 0: they are to be drawn, see `Core.size`. Every broker on its way asks for them, mostly before the first attempt.
    @inline(__always)
    var knownSize: UInt32 {
        get { calls == 0 ? sizeOrSeen : 0 }
        set { if calls == 0 { sizeOrSeen = newValue } }
    }

    static var maximumCalls: UInt16 { 0xFFF }

    @inline(__always)
    var state: State {
        get { unsafeBitCast(UInt8(truncatingIfNeeded: word &>> 12), to: State.self) }
        set { word = word & Self.maximumCalls | UInt16(newValue.rawValue) &<< 12 }
    }

    @inline(__always)
    var place: Place {
        get { unsafeBitCast(traits & 7, to: Place.self) }
        set { traits = traits & ~7 | newValue.rawValue }
    }

    @inline(__always)
    var channel: UInt8 {
        get { traits &>> 3 & 3 }
        set { traits = traits & ~0x18 | (newValue & 3) &<< 3 }
    }

    @inline(__always)
    var platform: UInt8 { traits &>> 5 & 3 }

    /// Whether it stands for all notifications of a fan-out.
    @inline(__always)
    var isSegment: Bool { traits & 0x80 != 0 }

    /// Whether `breakdown` says where its time went.
    @inline(__always)
    var hasSpans: Bool { state == .pending }

    @inline(__always)
    var workload: UInt8 { UInt8(truncatingIfNeeded: identity &>> 56) }

    /// What is known of it, provider's truth first.
    enum State: UInt8, BitwiseCopyable {
        case free, pending, delivered, late, expired, suppressed, deadLettered, shed, lost
        /// A segment whose notifications now go their own ways.
        case split
    }

    /// Where a message's time goes.
    enum Place: UInt8, BitwiseCopyable, CaseIterable {
        case waiting, work, store, rateLimit, network, provider, backoff, broker
    }

    static func ticks(_ nanoseconds: Int64) -> UInt32 { UInt32(truncatingIfNeeded: nanoseconds &>> 12) }
    /// Differences of ticks from here on are negative ones: up to four minutes.
    static var ahead: UInt32 { UInt32.max - (1 << 26) }
    /// Nanoseconds of one tick of the break-down clock.
    static var tickNanoseconds: Int64 { 4096 }
}

extension UnsafeMutablePointer where Pointee == Message {
    /// Ticks by `Place`.
    @inline(__always)
    var spans: UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt32.self)
    }
}

/// Time that a message has spent in each `Place` but the last, in ticks. Differences of one tick clock, so that all sum to the
/// latency.
struct Spans: BitwiseCopyable {
    var ticks: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0, 0)
}

/// What only a message that goes through a retry topic needs, beside its record.
struct RetryHeader: BitwiseCopyable {
    /// Milliseconds before which a retry topic's consumer does not hand it out.
    var dueMilliseconds: Int64 = 0
    /// What the dispatcher put into the header.
    var attempts: UInt64 = 0
}

/// All that is kept of a settled message whose log entry is not committed yet: enough to make it again exactly, should the
/// log deliver it again. 16 bytes.
struct FoldedMessage: BitwiseCopyable {
    var identity: UInt64
    /// Intended send time (48 bits of nanoseconds, 78 hours), calls (8), state (7), whether its key is known (1).
    private var word: UInt64

    static let latestIntended: Int64 = 1 << 48

    init(_ message: Message) {
        identity = message.identity
        word =
            UInt64(bitPattern: message.intended) &<< 16 | UInt64(message.calls & 0xFF) &<< 8
            | UInt64(message.state.rawValue) &<< 1 | (message.seenMilliseconds != 0 ? 1 : 0)
    }

    var intended: Int64 { Int64(word &>> 16) }
    var calls: UInt16 { UInt16(word &>> 8 & 0xFF) }
    var state: Message.State { Message.State(rawValue: UInt8(word &>> 1 & 0x7F)) ?? .free }
    var isKnown: Bool { word & 1 == 1 }

    mutating func markFree() { word &= ~0xFE }
}
