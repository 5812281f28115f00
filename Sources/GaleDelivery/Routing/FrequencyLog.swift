// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What a store keeps for a frequency cap: the notifications that each recipient was sent within the last window.
///
/// A sliding log, so that no window whatever holds more than `limit` of a recipient; memory is what the last window let through.
///
/// - Complexity: O(limit) a notification, amortised.
public struct FrequencyLog: ~Copyable {
    private struct Entry: BitwiseCopyable {
        /// Of the same recipient, later.
        var next: UInt32
        /// Of any recipient, later.
        var nextOfAll: UInt32
        var recipient: UInt64
        var key: UInt64
        var at: Int64
    }

    private struct Recent: BitwiseCopyable {
        var head: UInt32
        var tail: UInt32
        var count: Int64
    }

    private let limit: Int64
    private let window: Int64
    private let entries = Slab<Entry>()
    private let recipients = Slab<Recent>()
    private var index = HashIndex()
    private var oldest = HashIndex.none
    private var newest = HashIndex.none

    public init(limit: Int, window: Interval) {
        self.limit = Int64(max(0, limit))
        self.window = max(1, window.nanoseconds)
    }

    deinit {
        entries.deallocate()
        recipients.deallocate()
        index.deallocate()
    }

    /// Notifications remembered.
    public var count: Int { entries.count }

    /// Counts a notification unless that would be one too many; whether it may be sent. One that was counted within the window
    /// may, and is not counted again. Time must not run backwards.
    public mutating func admit(recipient: UInt64, key: UInt64, at now: Instant) -> Bool {
        forget(before: now.nanoseconds)
        var place = index[recipient]
        if place != HashIndex.none {
            var entry = recipients[place].pointee.head
            while entry != HashIndex.none {
                if entries[entry].pointee.key == key { return true }
                entry = entries[entry].pointee.next
            }
            if recipients[place].pointee.count >= limit { return false }
        } else if limit == 0 {
            return false
        }
        let entry = entries.allocate()
        entries[entry].initialize(
            to: Entry(
                next: HashIndex.none, nextOfAll: HashIndex.none, recipient: recipient, key: key, at: now.nanoseconds))
        if newest == HashIndex.none { oldest = entry } else { entries[newest].pointee.nextOfAll = entry }
        newest = entry
        if place == HashIndex.none {
            place = recipients.allocate()
            recipients[place].initialize(to: Recent(head: entry, tail: entry, count: 1))
            index.set(recipient, place)
        } else {
            entries[recipients[place].pointee.tail].pointee.next = entry
            recipients[place].pointee.tail = entry
            recipients[place].pointee.count += 1
        }
        return true
    }

    /// Lets go what the window has left behind.
    private mutating func forget(before now: Int64) {
        while oldest != HashIndex.none, now - entries[oldest].pointee.at >= window {
            let gone = oldest
            let entry = entries[gone].pointee
            oldest = entry.nextOfAll
            if oldest == HashIndex.none { newest = HashIndex.none }
            // The oldest of all is the oldest of its recipient.
            let place = index[entry.recipient]
            recipients[place].pointee.head = entry.next
            recipients[place].pointee.count -= 1
            if entry.next == HashIndex.none {
                index.remove(entry.recipient)
                recipients.free(place)
            }
            entries.free(gone)
        }
    }
}
