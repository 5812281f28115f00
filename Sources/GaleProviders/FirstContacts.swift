// SPDX-License-Identifier: Apache-2.0

/// When each recipient behind a greylisting server was first seen: an open-addressing table with linear probing.
///
/// It holds only recipients that were turned away, forgets what is older than the server's memory whenever it grows, and is
/// bounded: full, it forgets everything, and known recipients are strangers again (as after a real server's restart).
///
/// - Complexity: O(1); memory grows by doubling (16 bytes a place, half of them free) up to 2²³ places.
struct FirstContacts: BitwiseCopyable {
    private struct Entry: BitwiseCopyable {
        var recipient: UInt64
        /// Nanoseconds; -1: the place is free.
        var since: Int64
    }

    private var base: UnsafeMutablePointer<Entry>
    private var mask: Int
    private(set) var count = 0
    private let memory: Int64

    private static var mostPlaces: Int { 1 << 23 }

    /// - Parameters:
    ///   - memory: nanoseconds.
    ///   - places: to begin with; a power of two.
    init(memory: Int64, places: Int) {
        precondition(places & (places - 1) == 0)
        self.memory = memory
        mask = places - 1
        base = Self.free(places)
    }

    /// When the recipient was first seen, nanoseconds; nil: never, or longer ago than the memory lasts.
    func firstContact(of recipient: UInt64, at now: Int64) -> Int64? {
        let entry = base[place(of: recipient)]
        return entry.since >= 0 && now &- entry.since <= memory ? entry.since : nil
    }

    /// Notes a first contact, unless one is remembered.
    mutating func noteIfNew(_ recipient: UInt64, at now: Int64) {
        if firstContact(of: recipient, at: now) != nil { return }
        var place = place(of: recipient)
        if base[place].since < 0 {
            if count &* 2 > mask {
                grow(at: now)
                place = self.place(of: recipient)
            }
            count &+= 1
        }
        base[place] = Entry(recipient: recipient, since: now)
    }

    /// The recipient's place, or the free one where it belongs.
    private func place(of recipient: UInt64) -> Int {
        // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4).
        var place = Int(truncatingIfNeeded: (recipient &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while base[place].since >= 0, base[place].recipient != recipient { place = (place &+ 1) & mask }
        return place
    }

    private mutating func grow(at now: Int64) {
        let old = base
        let oldPlaces = mask + 1
        let full = oldPlaces >= Self.mostPlaces
        let places = full ? oldPlaces : oldPlaces * 2
        base = Self.free(places)
        mask = places - 1
        count = 0
        if !full {
            for index in 0..<oldPlaces where old[index].since >= 0 && now - old[index].since <= memory {
                base[place(of: old[index].recipient)] = old[index]
                count += 1
            }
        }
        old.deallocate()
    }

    private static func free(_ places: Int) -> UnsafeMutablePointer<Entry> {
        let base = UnsafeMutablePointer<Entry>.allocate(capacity: places)
        base.initialize(repeating: Entry(recipient: 0, since: -1), count: places)
        return base
    }

    func deallocate() { base.deallocate() }
}
