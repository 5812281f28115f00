// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What a store keeps for a frequency cap: the notifications that each recipient was sent within the last window.
///
/// A sliding log, so that no window whatever holds more than `limit` of a recipient; memory is what the last window let through.
///
/// - Complexity: O(1) a notification, amortised.
public struct FrequencyLog: ~Copyable {
    private struct Entry: BitwiseCopyable {
        /// Of the same recipient, later.
        var next: UInt32
        /// Of any recipient, later.
        var nextOfAll: UInt32
        /// Of the same recipient and key as far as `word` tells them, earlier.
        var nextOfWord: UInt32
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
    /// The recent of each recipient.
    private var index = HashIndex()
    /// The latest entry of each `word`.
    private var keys = HashIndex()
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
        keys.deallocate()
    }

    /// Notifications remembered.
    public var count: Int { entries.count }

    /// Counts a notification unless that would be one too many; whether it may be sent. One that was counted within the window
    /// may, and is not counted again. Time must not run backwards.
    public mutating func admit(recipient: UInt64, key: UInt64, at now: Instant) -> Bool {
        forget(before: now.nanoseconds)
        var place = index[recipient]
        let word = Self.word(recipient, key)
        if place != HashIndex.none {
            var entry = keys[word]
            while entry != HashIndex.none {
                if entries[entry].pointee.recipient == recipient && entries[entry].pointee.key == key { return true }
                entry = entries[entry].pointee.nextOfWord
            }
            if recipients[place].pointee.count >= limit { return false }
        } else if limit == 0 {
            return false
        }
        let entry = entries.allocate()
        entries[entry].initialize(
            to: Entry(
                next: HashIndex.none, nextOfAll: HashIndex.none, nextOfWord: keys[word], recipient: recipient, key: key,
                at: now.nanoseconds))
        keys.set(word, entry)
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
            removeKey(gone)
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

    /// Takes an entry, the oldest of its word, out of the index of keys. More than one of a word is rare.
    private mutating func removeKey(_ gone: UInt32) {
        let word = Self.word(entries[gone].pointee.recipient, entries[gone].pointee.key)
        var entry = keys[word]
        if entry == gone { return keys.remove(word) }
        while entries[entry].pointee.nextOfWord != gone { entry = entries[entry].pointee.nextOfWord }
        entries[entry].pointee.nextOfWord = HashIndex.none
    }

    /// Of a recipient and a key, mixed; others may have it, too.
    private static func word(_ recipient: UInt64, _ key: UInt64) -> UInt64 {
        var z = recipient &* 0x9E37_79B9_7F4A_7C15 &+ key
        z = (z ^ (z >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return z ^ (z >> 32)
    }
}
