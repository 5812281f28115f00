// SPDX-License-Identifier: Apache-2.0

/// What a log keeps for a record: its message in the pool or, once that is settled, a folded one, and what its reader has
/// done with it. 4 bytes: with them come sixteen neighbours, which are touched next.
package struct LogEntry: BitwiseCopyable {
    private var word: UInt32

    /// The bit that tells an index of a folded message.
    static let folded: UInt32 = 0x8000_0000
    /// Indices of messages, folded or not, are below it.
    static let indexLimit: UInt32 = 0x2000_0000
    private static let stateMask: UInt32 = 0x6000_0000
    private static let stateShift: UInt32 = 29

    /// A record that nobody has begun.
    @inline(__always)
    init(_ record: UInt32) {
        precondition(record & Self.stateMask == 0, "a log's messages are among the first 2^29 of their pool")
        word = record
    }

    /// Index of a message, or of a folded one with the bit `folded`.
    @inline(__always)
    package var record: UInt32 {
        get { word & ~Self.stateMask }
        set { word = word & Self.stateMask | newValue & ~Self.stateMask }
    }

    @inline(__always)
    var state: State {
        get { unsafeBitCast(UInt8(truncatingIfNeeded: word &>> Self.stateShift & 3), to: State.self) }
        set { word = word & ~Self.stateMask | UInt32(newValue.rawValue) &<< Self.stateShift }
    }

    @inline(__always)
    static func isFolded(_ record: UInt32) -> Bool { record & folded != 0 }

    /// What has become of a record.
    enum State: UInt8, BitwiseCopyable {
        /// Nothing, or it is in the consumer's buffer.
        case fetched
        case begun, finished
        /// No record has it: two bits have room for four.
        case unused
    }
}
