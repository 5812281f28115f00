// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// The entries of every kind of state but idempotency keys, which the messages' own records keep (`StoreHandle.knows`).
///
/// Over a straight link operations take effect in the order in which they are sent, as they would on arrival.
extension StoreHandle {
    /// Reads an entry, after adding to it where the look-up says so; 0: there is none.
    func read(_ read: StateRead, at instant: Instant) -> Int64 {
        let table = state.pointee.tables + Int(read.kind.rawValue)
        if read.adding != 0 {
            table.pointee.apply(
                .add(Int64(read.adding)), to: read.key, lifetime: read.lifetime.nanoseconds, at: instant.nanoseconds)
        }
        return table.pointee.value(read.key, at: instant.nanoseconds)
    }

    func apply(_ write: StateWrite, at instant: Instant) {
        state.pointee.tables[Int(write.kind.rawValue)].apply(
            write.change, to: write.key, lifetime: write.lifetime.nanoseconds, at: instant.nanoseconds)
    }
}
