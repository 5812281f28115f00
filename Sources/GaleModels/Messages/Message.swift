// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One submission on its way: a notification, or a campaign's segment that stands for `units` notifications until a stage
/// splits it. 96 bytes; a record lives as long as something holds it (a log entry, a job, an attempt under way).
struct Message: BitwiseCopyable {
    /// Workload (8 bits), ordinal (36 bits), fan-out index (20 bits): the same in every run, whatever happens to it.
    var identity: UInt64
    /// Intended send time, nanoseconds.
    var intended: Int64
    /// Time spent in each `Place`, in ticks of 4,096 ns. Differences of one tick clock, so that they sum to the latency.
    var spans: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    /// Tick since when it has been in `place`.
    var mark: UInt32
    var recipient: UInt32
    var tenant: UInt32
    /// Bytes.
    var size: UInt32
    /// Notifications that this record stands for.
    var units: UInt32
    /// When the de-duplication store learnt its key, milliseconds plus one; 0: not yet.
    var seenMilliseconds: UInt32
    /// Milliseconds before which a retry topic's consumer does not hand it out.
    var dueMilliseconds: UInt32
    /// Tick at which it was appended to the topic it was last read from.
    var appended: UInt32
    var references: UInt16
    /// Slot of the time series that its intended send time falls in.
    var slot: UInt16
    /// Phase of the time line that its intended send time falls in.
    var phase: UInt8
    var channel: UInt8
    var platform: UInt8
    var workload: UInt8
    var state: State
    var place: Place
    /// Attempts that a retry topic's header tells.
    var attempts: UInt8
    /// Attempts at providers so far, over every copy; 0: it has not needed one yet.
    var calls: UInt16

    /// What is known of it, provider's truth first.
    enum State: UInt8, BitwiseCopyable {
        case free, pending, delivered, late, expired, suppressed, deadLettered, shed, lost
        /// A segment whose notifications now go their own ways.
        case split
    }

    /// Where a message's time goes.
    enum Place: UInt8, BitwiseCopyable, CaseIterable {
        case broker, waiting, work, store, rateLimit, network, provider, backoff
    }

    static func ticks(_ nanoseconds: Int64) -> UInt32 { UInt32(truncatingIfNeeded: nanoseconds &>> 12) }
    /// Nanoseconds of one tick of the break-down clock.
    static var tickNanoseconds: Int64 { 4096 }
}

extension UnsafeMutablePointer where Pointee == Message {
    /// Books the time since the last move under the place it was in, and moves it.
    @inline(__always)
    func move(to place: Message.Place, at now: Instant) {
        let tick = Message.ticks(now.nanoseconds)
        let spans = UnsafeMutableRawPointer(self).advanced(by: 16).assumingMemoryBound(to: UInt32.self)
        spans[Int(pointee.place.rawValue)] &+= tick &- pointee.mark
        pointee.mark = tick
        pointee.place = place
    }

    @inline(__always)
    func span(_ place: Int) -> UInt32 {
        UnsafeMutableRawPointer(self).advanced(by: 16).assumingMemoryBound(to: UInt32.self)[place]
    }

    var isSettled: Bool { pointee.state.rawValue > Message.State.pending.rawValue }
}
