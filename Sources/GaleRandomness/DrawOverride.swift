// SPDX-License-Identifier: Apache-2.0

/// One draw whose outcome is imposed: the hook by which exploration and shrinking bend a run.
public struct DrawOverride: Equatable, Sendable {
    public var purpose: Purpose
    public var a: UInt64
    public var b: UInt64
    /// What `Draws.uniform` then returns.
    public var value: UInt64

    public init(_ purpose: Purpose, _ a: UInt64, _ b: UInt64 = 0, value: UInt64) {
        self.purpose = purpose
        self.a = a
        self.b = b
        self.value = value
    }

    func precedes(_ other: DrawOverride) -> Bool {
        (purpose.rawValue, a, b) < (other.purpose.rawValue, other.a, other.b)
    }

    func hasKey(of other: DrawOverride) -> Bool {
        (purpose.rawValue, a, b) == (other.purpose.rawValue, other.a, other.b)
    }
}

/// Overrides sorted by key.
@usableFromInline struct DrawOverrideTable {
    let entries: UnsafePointer<DrawOverride>
    let count: Int
}

extension Draws {
    /// The same draws with some of them imposed; of two overrides with one key the later counts.
    ///
    /// The table is never freed: copies of these draws may live anywhere.
    public func overriding(_ overrides: [DrawOverride]) -> Draws {
        var sorted: [DrawOverride] = []
        // A stable sort by key, with the position as the last word, keeps "the later counts" independent of the algorithm.
        for (_, entry) in overrides.enumerated().sorted(by: {
            $0.element.hasKey(of: $1.element) ? $0.offset < $1.offset : $0.element.precedes($1.element)
        }) {
            if let last = sorted.last, last.hasKey(of: entry) { sorted.removeLast() }
            sorted.append(entry)
        }
        if sorted.isEmpty { return Draws(self, overrides: nil) }
        let entries = UnsafeMutablePointer<DrawOverride>.allocate(capacity: sorted.count)
        entries.initialize(from: sorted, count: sorted.count)
        let table = UnsafeMutablePointer<DrawOverrideTable>.allocate(capacity: 1)
        table.initialize(to: DrawOverrideTable(entries: UnsafePointer(entries), count: sorted.count))
        return Draws(self, overrides: UnsafePointer(table))
    }

    /// The value imposed on a draw. Given the table alone: nobody needs the whole of the draws in memory for its sake.
    @usableFromInline @inline(never) static func overridden(
        _ overrides: UnsafePointer<DrawOverrideTable>?, _ purpose: Purpose, _ a: UInt64, _ b: UInt64
    ) -> UInt64? {
        guard let table = overrides?.pointee else { return nil }
        let wanted = DrawOverride(purpose, a, b, value: 0)
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table.entries[middle].precedes(wanted) { low = middle + 1 } else { high = middle }
        }
        return low < table.count && table.entries[low].hasKey(of: wanted) ? table.entries[low].value : nil
    }
}
