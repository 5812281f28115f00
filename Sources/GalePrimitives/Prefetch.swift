// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch

/// Asks for the cache line at an address that is to be written soon. Reads nothing, never faults, and changes nothing but
/// speed; the address may be anybody's.
@inlinable @inline(__always)
public func prefetch(_ address: UnsafeRawPointer) { gale_prefetch(address) }

extension DenseSlab {
    /// Asks for a record that is to be used soon.
    @inlinable @inline(__always)
    public func prefetch(_ index: UInt32) { gale_prefetch(self[index]) }

    /// Asks for what `free` will write for a record: where neighbours are given back at different times it has left the
    /// cache.
    @inlinable @inline(__always)
    public func prefetchFree(_ index: UInt32) { gale_prefetch(groups + Int(index &>> 6)) }
}
