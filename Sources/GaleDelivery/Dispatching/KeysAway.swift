// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Collapse keys of which a notification is away in a retry topic, with the time of the latest that was made with each: what comes
/// back after a later one has come is not sent.
///
/// A key is kept until all that left with it have come back, or until the last of them has expired (they came back to another
/// replica): keys are looked at in the order in which they left, two at each leave, so that all of them go in the end.
///
/// - Complexity: O(1). 40 bytes a key that is away, and its place in the index.
struct KeysAway {
    private struct Entry: BitwiseCopyable {
        var key: UInt64
        /// When the latest notification with this key was made, nanoseconds.
        var newest: Int64
        /// When the last that is away expires, nanoseconds.
        var until: Int64
        /// Notifications that are away.
        var away: UInt32
        /// In the order of leaving.
        var next = HashIndex.none
        var previous = HashIndex.none
    }

    private let entries = Slab<Entry>()
    private var index = HashIndex()
    private var oldest = HashIndex.none
    private var latest = HashIndex.none

    func deallocate() {
        entries.deallocate()
        index.deallocate()
    }

    var count: Int { entries.count }

    /// A notification leaves for a retry topic.
    mutating func leave(_ key: UInt64, created: Int64, expires: Int64, at now: Int64) {
        for _ in 0..<2 where oldest != HashIndex.none && entries[oldest].pointee.until <= now { remove(oldest) }
        var place = index[key]
        if place == HashIndex.none {
            place = entries.allocate()
            entries[place].initialize(to: Entry(key: key, newest: created, until: expires, away: 0))
            index.set(key, place)
        } else {
            unlink(place)
        }
        let entry = entries[place]
        entry.pointee.newest = max(entry.pointee.newest, created)
        entry.pointee.until = max(entry.pointee.until, expires)
        entry.pointee.away += 1
        append(place)
    }

    /// A notification with this key comes, or comes back.
    ///
    /// - Returns: whether a later one with its key has come meanwhile, or is away.
    mutating func come(_ key: UInt64, created: Int64, isBack: Bool) -> Bool {
        let place = index[key]
        if place == HashIndex.none { return false }
        let entry = entries[place]
        let isOutdated = entry.pointee.newest > created
        entry.pointee.newest = max(entry.pointee.newest, created)
        if isBack {
            entry.pointee.away -= 1
            if entry.pointee.away == 0 { remove(place) }
        }
        return isOutdated
    }

    private mutating func append(_ place: UInt32) {
        entries[place].pointee.previous = latest
        entries[place].pointee.next = HashIndex.none
        if latest == HashIndex.none { oldest = place } else { entries[latest].pointee.next = place }
        latest = place
    }

    private mutating func unlink(_ place: UInt32) {
        let (next, previous) = (entries[place].pointee.next, entries[place].pointee.previous)
        if next == HashIndex.none { latest = previous } else { entries[next].pointee.previous = previous }
        if previous == HashIndex.none { oldest = next } else { entries[previous].pointee.next = next }
    }

    private mutating func remove(_ place: UInt32) {
        unlink(place)
        index.remove(entries[place].pointee.key)
        entries.free(place)
    }
}
