// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// What a `DeliveryAudit` knows of a job's attempts so far. 8 bytes, in the job's own record: a send touches that anyway.
package struct AttemptTrace: BitwiseCopyable {
    /// Provider of the last attempt; once all copies have failed, that of the one that failed last.
    var provider: UInt16 = 0
    /// Attempts on the channel of the last one, as far as they count.
    var attempts: UInt8 = 0
    /// Channel of the last attempt (3 bits), turn (2 bits), and flags.
    private var word: UInt8 = 0
    /// Period in which the attempt under way was paid for. Where `copies` or `decided` is counted, no money is.
    var period: UInt32 = 0

    package init() {}

    /// How far it is in the line before its route.
    enum Turn: UInt8, BitwiseCopyable { case none, waiting, granted }

    /// Places in `word`.
    enum Flag: UInt8 {
        case hasSent = 5
        /// It waits for an attempt of its tenant to end.
        case isInTenantQueue = 6
        /// Its next retry was paid for when it was decided upon.
        case isPrepaid = 7
    }

    /// Attempts under way on the channel beyond one; -1: none is.
    var copies: Int8 {
        get { Int8(truncatingIfNeeded: period) }
        set { period = period & ~0xFF | UInt32(UInt8(bitPattern: newValue)) }
    }

    /// When its retry was decided upon: the low 24 bits of `RetryMeter.slice`.
    var decided: UInt32 {
        get { period &>> 8 }
        set { period = period & 0xFF | newValue &<< 8 }
    }

    @inline(__always)
    subscript(_ flag: Flag) -> Bool {
        get { word &>> flag.rawValue & 1 != 0 }
        set { word = word & ~(1 &<< flag.rawValue) | (newValue ? 1 : 0) &<< flag.rawValue }
    }

    var turn: Turn {
        get { Turn(rawValue: word &>> 3 & 3) ?? .none }
        set { word = word & ~(3 &<< 3) | newValue.rawValue &<< 3 }
    }

    @inline(__always)
    func isOn(_ channel: Channel) -> Bool { word & 7 == channel.rawValue }

    /// An attempt has left.
    @inline(__always)
    mutating func note(_ channel: Channel, _ provider: Int, attempts: UInt8) {
        self.attempts = attempts
        self.provider = UInt16(truncatingIfNeeded: provider)
        word = word & ~7 | channel.rawValue | 1 &<< Flag.hasSent.rawValue
    }
}
