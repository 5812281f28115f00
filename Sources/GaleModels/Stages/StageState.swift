// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// Records that a fetch has brought, handed out by the consumer and not yet begun. A fetch costs this much, however many
/// records it brings: what happens to each is worked out when its job begins.
struct FetchedRecords: BitwiseCopyable {
    /// Offset of the first.
    var offset = 0
    var count: UInt32 = 0
    /// Tick at which they came.
    var arrived: UInt32 = 0
    var partition: UInt16 = 0
    var epoch: UInt16 = 0
    var source: UInt8 = 0
}

/// A record on its way to a job.
struct BufferedRecord: BitwiseCopyable {
    var message: UInt32
    var partition: UInt16
    var epoch: UInt16
    var offset: UInt32
    var source: UInt32
}

/// One process of a stage.
struct Replica: BitwiseCopyable {
    var isAlive = true
    /// Crash in force, or -1.
    var fault: Int32 = -1
    var epoch: UInt32 = 0
    var freeSlots: Int
    /// Records begun and not yet finished, parked ones included.
    var uncommitted = 0
    /// Fetched records: those that are begun next, and those behind them.
    var reading = FetchedRecords()
    var buffer: Ring<FetchedRecords>
    /// Records in both.
    var buffered = 0
    /// A partition of its own may be without a fetch, for want of room.
    var hasIdlePartition = false
    /// Chains that wait for a slot; they go before new work. Mostly there are none, and it is known without a look there.
    let resuming: Ring<Resumption>
    private(set) var resumingCount = 0
    /// First of its producers, one per emitted topic.
    var firstProducer: UInt32 = 0

    /// Whether it has a slot and something that waits for one.
    @inline(__always)
    var hasStart: Bool { freeSlots > 0 && resumingCount | buffered != 0 }

    @inline(__always)
    mutating func append(_ records: FetchedRecords) {
        buffered &+= Int(records.count)
        if reading.count == 0 { reading = records } else { buffer.append(records) }
    }

    /// Takes the first fetched record; there must be one.
    @inline(__always)
    mutating func popRecord() -> FetchedRecords {
        let first = reading
        buffered &-= 1
        reading.offset &+= 1
        reading.count &-= 1
        if reading.count == 0 && buffered > 0 { reading = buffer.popFirst() }
        return first
    }

    mutating func append(_ resumption: Resumption) {
        resuming.append(resumption)
        resumingCount &+= 1
    }

    /// Takes the chain that has waited for a slot longest; there must be one.
    mutating func popResumption() -> Resumption {
        resumingCount &-= 1
        return resuming.popFirst()
    }

    mutating func dropResumptions() {
        resuming.removeAll(before: resuming.endPosition)
        resumingCount = 0
    }

    mutating func dropFetched() {
        buffer.removeAll(before: buffer.endPosition)
        reading = FetchedRecords()
        buffered = 0
    }
}

struct Resumption: BitwiseCopyable {
    var chain: UInt64
    var job: UInt32
    var generation: UInt32
}

/// A step as the hot path reads it.
struct Step: BitwiseCopyable {
    var kind: Kind
    var duration: Distribution
    /// Lane of a constant duration.
    var lane: Lane
    var isConstant = false
    /// The next step is a call that can be decided now, see `WorldBuilder.fuse`.
    var isFused = false
    var store = 0
    var timeout: Lane
    var attempts = 1
    var backoff: Lane
    var proceedsOnFailure = false
    var topic = 0
    /// Which of a replica's producers it uses.
    var producer: UInt32 = 0
    var split = false

    enum Kind: UInt8, BitwiseCopyable { case compute, call, emit, deliver }
}

/// Where a stage can send: a topic as others see it.
struct TopicRoute: BitwiseCopyable {
    /// The reading stage, or -1.
    var stage: Int32
    var isDirect: Bool
    var broker: UInt16
    /// Its place among its broker's topics.
    var local: UInt16
    /// For direct topics: the most messages waiting and in service together; 0: no bound.
    var capacity: Int64
}
