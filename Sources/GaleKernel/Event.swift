// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Something that happens to a component at an instant: 32 bytes, trivially copyable.
///
/// Events are totally ordered by `(time, sequence)`.
@frozen
public struct Event: BitwiseCopyable, Sendable {
    /// When it happens.
    public var time: Instant
    /// Breaks ties in time; unique in a run. Under `TieBreak.fifo` it counts the events scheduled.
    public var sequence: UInt64
    /// Index of the component that handles it.
    public var target: UInt32
    /// What happens; the component's own numbering, 0 to 255.
    public var kind: UInt32
    /// The component's own.
    public var payload: UInt64

    @inlinable
    public init(time: Instant, sequence: UInt64, target: UInt32, kind: UInt32, payload: UInt64) {
        self.time = time
        self.sequence = sequence
        self.target = target
        self.kind = kind
        self.payload = payload
    }

    /// The total order as one number: time above sequence. Comparing two compiles to two instructions and no branch.
    @inlinable @inline(__always)
    public var key: UInt128 {
        UInt128(UInt64(bitPattern: time.nanoseconds)) &<< 64 | UInt128(sequence)
    }

    /// Takes the sentinel's key; what else it holds is never looked at.
    @inlinable @inline(__always)
    mutating func becomeSentinel() {
        time = Instant(nanoseconds: -1)
        sequence = .max
    }

    /// After every event that can be scheduled.
    @inlinable @inline(__always)
    static var sentinel: Event {
        Event(time: Instant(nanoseconds: -1), sequence: .max, target: .max, kind: .max, payload: .max)
    }
}
