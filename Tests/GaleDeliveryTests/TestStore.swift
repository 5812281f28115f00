// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// A store that keeps entries of the kinds that it was told to keep, with their ends.
struct TestStore {
    private struct Key: Hashable {
        var kind: StateKind
        var key: UInt64
    }

    private struct Entry {
        var value: Int64
        var ends: Instant
    }

    /// Kinds that it answers for.
    var keeps: Set<StateKind> = []
    /// How long an answer takes, and whether the store fails instead.
    var behaviour: (StateRead, UInt64) -> (after: Interval, fails: Bool) = { _, _ in (.milliseconds(1), false) }
    private var entries: [Key: Entry] = [:]

    /// Nil: it does not keep this kind.
    mutating func answer(_ read: StateRead, _ reference: UInt64, at now: Instant) -> (Interval, LookupAnswer)? {
        guard keeps.contains(read.kind) else { return nil }
        let (after, fails) = behaviour(read, reference)
        if fails { return (after, .failed) }
        if read.adding != 0 {
            apply(
                StateWrite(kind: read.kind, key: read.key, .add(Int64(read.adding)), lifetime: read.lifetime), at: now)
        }
        let value = value(read.kind, read.key, at: now)
        return (after, value == 0 ? .absent : .value(value))
    }

    func value(_ kind: StateKind, _ key: UInt64, at now: Instant) -> Int64 {
        guard let entry = entries[Key(kind: kind, key: key)], now < entry.ends else { return 0 }
        return entry.value
    }

    mutating func apply(_ write: StateWrite, at now: Instant) {
        let key = Key(kind: write.kind, key: write.key)
        let ends = now + write.lifetime
        let value = value(write.kind, write.key, at: now)
        switch write.change {
        case .set(let new): entries[key] = Entry(value: new, ends: ends)
        case .raise(let new): if new > value { entries[key] = Entry(value: new, ends: ends) }
        case .add(let more):
            entries[key] = Entry(value: value + more, ends: value == 0 ? ends : entries[key]!.ends)
        case .remove: entries[key] = nil
        }
    }
}
