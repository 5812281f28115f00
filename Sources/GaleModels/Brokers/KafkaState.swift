// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// One record on its way into a log.
struct KafkaRecord: BitwiseCopyable {
    var message: UInt32
    /// The stage job that waits for the acknowledgement, or `Slab.none`.
    var job: UInt32
    var generation: UInt32
}

/// Records of a batch that share a cache line. 64 bytes.
struct KafkaBlock: BitwiseCopyable {
    /// The block after it; first, so that a batch's blocks are given back as a chain.
    var next: UInt32
    private var records: (KafkaRecord, KafkaRecord, KafkaRecord, KafkaRecord, KafkaRecord)

    static let capacity: UInt32 = 5

    init(_ first: KafkaRecord) {
        next = .max
        records = (first, first, first, first, first)
    }

    /// The record at a place below `capacity` of the block at an address.
    @inline(__always)
    static func record(_ place: UInt32, of block: UnsafeMutablePointer<KafkaBlock>)
        -> UnsafeMutablePointer<KafkaRecord>
    {
        (UnsafeMutableRawPointer(block) + MemoryLayout<UInt32>.size).assumingMemoryBound(to: KafkaRecord.self)
            + Int(place)
    }
}

/// A producer's batch: open while it collects records, then on its way until it is acknowledged.
struct KafkaBatch: BitwiseCopyable {
    /// In the list it waits in: a partition's stalled or unacknowledged batches.
    var next: UInt32
    /// Its blocks, all full but the last, in which `room` records more find place.
    var first: UInt32 = .max
    var last: UInt32 = .max
    var room: UInt32 = 0
    var count: UInt32 = 0
    var bytes: UInt32 = 0
    var partition: UInt32
    var producer: UInt32
    var generation: UInt32
    /// Epoch of the leader it was sent to.
    var leaderEpoch: UInt32
    var ordinal: UInt64
    var created: Int64
    /// Offset after its last record, once appended.
    var end: Int
    var linger: TimerHandle
    /// Times that the network lost it or its acknowledgement: each time draws anew.
    var losses: UInt32 = 0
    /// The producer's, when it was opened.
    var incarnation: UInt32
    /// Its place among its partition's batches, from when it is first sent; 0: not yet.
    var turn: UInt32 = 0
    /// Whether it holds its messages itself: once it is appended, the log does that.
    var isHolding = true

    /// Whether it was first sent after the one with this turn.
    func isLater(than turn: UInt32) -> Bool { Int32(bitPattern: self.turn &- turn) > 0 }
}

/// A producer: one of a workload's instances, or a stage replica's.
struct KafkaProducer: BitwiseCopyable {
    var id: UInt32
    var topic: UInt32
    /// The open batch, or `Slab.none`.
    var open: UInt32 = .max
    var batches: UInt64 = 0
    /// Bytes of records not yet acknowledged.
    var buffered: Int64 = 0
    /// Records that wait for room in the buffer.
    var blocked: Ring<KafkaBlocked>
    /// The stage and replica it belongs to, or `Slab.none` for a workload's.
    var stage: UInt32
    var replica: UInt32
    /// The one that it writes to, or `Slab.none`: any.
    var partition: UInt32
    /// Grows with each crash: what an earlier one had not sent yet is gone.
    var incarnation: UInt32 = 0
}

struct KafkaBlocked: BitwiseCopyable {
    var message: UInt32
    var job: UInt32
    var generation: UInt32
    var since: Int64
}

struct KafkaTopic: BitwiseCopyable {
    var firstPartition: UInt32
    var partitionCount: UInt32
    /// The reading stage, or `Slab.none`.
    var stage: UInt32
    /// Records appended and not yet begun by the reading stage.
    var backlog: Int64 = 0
    /// Its place in the specification.
    var index: UInt32
}

/// A partition: the leader's log, how far each replica has it, and where its consumer stands.
struct KafkaPartition: BitwiseCopyable {
    /// From the committed offset to the log's end.
    var log: OffsetLog
    var topic: UInt32
    /// Node that leads, or -1.
    var leader: Int32
    var leaderEpoch: UInt32 = 0
    /// The consumer's assignment: a stage's replica, or -1.
    var owner: Int32 = -1
    /// The owner, or the one that died with it.
    var formerOwner: Int32 = -1
    /// Grows with each assignment and crash, so that old work is recognised.
    var ownerEpoch: UInt16 = 0
    /// Nothing is appended before this instant: a leader takes batches in order.
    var lastAppend: Int64 = 0
    /// Batches that were sent to it so far, see `KafkaBatch.turn`.
    var turns: UInt32 = 0
    var highWatermark = 0
    /// Next offset to hand to the consumer.
    var position = 0
    /// End of the response under way.
    var fetchEnd = 0
    /// Lowest offset not finished, and the highest offset that was ever begun.
    var completed = 0
    var begun = 0
    var committing = 0
    /// Everything finished below it is folded.
    var foldedTo = 0
    var fetch = Fetch.idle
    /// Times that the network lost a fetch, a response or a commit: each time draws anew.
    var losses: UInt32 = 0
    /// Batches that wait for a leader or for a retry; and appended ones that wait for the high watermark.
    var stalledFirst: UInt32 = .max
    var stalledLast: UInt32 = .max
    var pendingFirst: UInt32 = .max
    var pendingLast: UInt32 = .max

    /// Has an empty log begin at an offset.
    mutating func start(at offset: Int) {
        log.deallocate()
        log = OffsetLog(start: offset)
        (highWatermark, position, fetchEnd, completed, begun) = (offset, offset, offset, offset, offset)
        (committing, foldedTo) = (offset, offset)
    }

    enum Fetch: UInt8, BitwiseCopyable {
        /// No request: the consumer's buffer is full, or there is no consumer.
        case idle
        /// The request or the response is under way.
        case underWay
        /// The request waits at the broker for records.
        case parked
    }
}

/// How far one replica has a partition's log.
struct KafkaReplica: BitwiseCopyable {
    var node: Int32
    /// Offset after the last record it has.
    var end = 0
    /// What the fetch under way will bring it to; -1: none under way.
    var target = -1
    var isInSync = true
}

struct KafkaNode: BitwiseCopyable {
    var isAlive = true
    var isFenced = false
    var epoch: UInt32 = 0
    /// The crash in force, or -1.
    var fault: Int32 = -1
}
