// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// One partition's records in order per key and in parallel across keys, with the position that may be committed: how a
/// consumer puts `OffsetTracker` and `KeyedOrder` together.
///
///     for record in poll() where consumer.begin(record.offset, key: record.key) { start(record.offset) }
///     // … and when the work on an offset has ended:
///     if let next = consumer.finish(offset, key: key) { start(next) }
///     commit(consumer.committable)
///
/// Volatile: after a crash or a rebalance a new one begins at the committed position, and exactly what lies behind that is
/// read again, done or not; so work must bear being done twice.
struct OrderedConsumer: ~Copyable {
    private var offsets: OffsetTracker
    private var order = KeyedOrder()

    /// - Parameter start: the committed position.
    init(start: Int64 = 0) { offsets = OffsetTracker(start: start) }

    /// The position that may be committed: everything before it is done.
    var committable: Int64 { offsets.committable }
    /// Records that have begun and are not done, waiting ones included.
    var outstanding: Int { offsets.outstanding }
    /// Records that wait for one before them with the same key.
    var waiting: Int { order.waiting }
    /// See `OffsetTracker.span`.
    var span: Int64 { offsets.span }

    /// A record was read; offsets ascend.
    ///
    /// - Returns: whether its work may start at once. Otherwise `finish` returns it in its turn.
    mutating func begin(_ offset: Int64, key: UInt64) -> Bool {
        offsets.begin(offset)
        return order.arrive(UInt64(bitPattern: offset), key: key)
    }

    /// The work on a record has ended, in whatever way. It had started and not ended.
    ///
    /// - Returns: the offset of the key's next record, whose work starts now; nil: none waits.
    mutating func finish(_ offset: Int64, key: UInt64) -> Int64? {
        let wasOutstanding = offsets.complete(offset)
        precondition(wasOutstanding, "the record's work had started and not ended")
        return order.finish(key: key).map { Int64(bitPattern: $0) }
    }
}
