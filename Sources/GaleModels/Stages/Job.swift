// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// One message at one stage: from the record's begin until its offset is finished. 48 bytes.
///
/// A job asks one thing at a time. Where the answer is certain when the request leaves (see `StageHandle.expect`), it is
/// kept here until it is back; everything else under way has an `Exchange`.
struct Job: BitwiseCopyable {
    var message: UInt32
    /// Counts the jobs that had this record; it changes when a job ends.
    var generation: UInt32
    /// Offset in its partition, modulo 2³².
    var offset: UInt32
    /// See `Flag` and `request`. A byte of its own: the processor waits where a byte is written and a word around it is read.
    private var flags: UInt8
    /// Copies handed to brokers and not yet acknowledged (a segment has at most 2²⁰), in three bytes.
    private var outstandingHigh: UInt8 = 0
    private var outstandingLow: UInt16 = 0
    /// Partition of the broker it was read from; `UInt16.max` for a direct queue.
    var partition: UInt16
    var epoch: UInt16
    var replica: UInt16
    var step: UInt8 = 0
    var callAttempts: UInt8 = 0
    // The answer that is on its way.
    var status: UInt16 = 0
    var reason: UInt16 = 0
    /// See `Exchange.milliseconds`.
    var milliseconds: UInt32 = 0
    /// The dispatcher's attempt or chain that asked.
    var token: UInt64 = 0
    /// What the stage's audit knows of its attempts.
    private var trace = AttemptTrace()

    @inline(__always)
    static func audited(_ job: UnsafeMutablePointer<Job>) -> UnsafeMutablePointer<AttemptTrace> {
        job.pointer(to: \.trace).unsafelyUnwrapped
    }

    /// The step of a job of which something could not be produced: it will start again.
    static let again = UInt8.max

    /// A job that has a slot.
    @inline(__always)
    init(_ record: BufferedRecord, generation: UInt32, replica: Int) {
        message = record.message
        self.generation = generation
        offset = record.offset
        flags =
            1 &<< Flag.live.rawValue | 1 &<< Flag.slot.rawValue
            | (record.source == 0 ? 0 : 1) &<< Flag.fromRetryTopic.rawValue
        partition = record.partition
        epoch = record.epoch
        self.replica = UInt16(truncatingIfNeeded: replica)
    }

    /// Places in `flags`.
    enum Flag: UInt8 {
        case live, slot, delivering
        /// Read from a retry topic, not from the stage's first source.
        case fromRetryTopic
        /// The answer is an error of the store.
        case failed
        /// There is no answer within the caller's time-out.
        case timedOut
    }

    @inline(__always)
    subscript(_ flag: Flag) -> Bool {
        get { flags &>> flag.rawValue & 1 != 0 }
        set { flags = flags & ~(1 &<< flag.rawValue) | (newValue ? 1 : 0) &<< flag.rawValue }
    }

    @inline(__always)
    var outstanding: UInt32 {
        get { UInt32(outstandingHigh) &<< 16 | UInt32(outstandingLow) }
        set {
            outstandingHigh = UInt8(truncatingIfNeeded: newValue &>> 16)
            outstandingLow = UInt16(truncatingIfNeeded: newValue)
        }
    }

    /// What the answer on its way is to.
    @inline(__always)
    var request: Exchange.Kind {
        get { Exchange.Kind(rawValue: flags &>> 6 & 3).unsafelyUnwrapped }
        set { flags = flags & ~0xC0 | newValue.rawValue &<< 6 }
    }

    /// In a stage that hands on, and so never delivers: the tick at which the message came to the topic it was read from. The
    /// message itself may have come to the next topic before this job ends.
    @inline(__always)
    var appended: UInt32 {
        get { milliseconds }
        set { milliseconds = newValue }
    }

    /// One more look-up; the number names its draws, and is 0 only before the first.
    @inline(__always)
    mutating func countLookUp() { callAttempts = Self.number(after: callAttempts) }

    @inline(__always)
    private static func number(after lookUp: UInt8) -> UInt8 { lookUp == .max ? 128 : lookUp &+ 1 }

    /// Whether a look-up of that number, which it had before `countLookUp`, is the latest one.
    func isLatest(lookUp number: UInt16) -> Bool {
        Self.number(after: UInt8(truncatingIfNeeded: number)) == callAttempts
    }

    /// A provider's answer as the dispatcher hears it.
    var response: ProviderResponse { AnswerWord.response(status, reason, milliseconds) }
}
