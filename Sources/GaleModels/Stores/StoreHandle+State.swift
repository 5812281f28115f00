// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// The entries of every kind of state but idempotency keys, which the messages' own records keep (`StoreHandle.knows`).
///
/// Over a straight link operations take effect in the order in which they are sent, as they would on arrival.
extension StoreHandle {
    /// Reads an entry, after adding to it where the look-up says so; 0: there is none.
    func read(
        _ read: StateRead, of message: UnsafeMutablePointer<Message>, stage: Int, at instant: Instant
    ) -> Int64 {
        switch read.kind {
        case .presence: return state.pointee.core.lastSeen(of: message, at: instant.nanoseconds)
        case .cap: return admits(read, message.pointee.identity, at: instant) ? 0 : 1
        case .consent:
            guard
                let objection = state.pointee.core.objection(
                    of: message, key: read.key, stage: stage)
            else { return 0 }
            state.pointee.decisions[objection.fault] += 1
            return 1
        case .deduplication, .suppression: break
        }
        let table = state.pointee.tables + Int(read.kind.rawValue)
        if read.adding != 0 {
            table.pointee.apply(
                .add(Int64(read.adding)), to: read.key, lifetime: read.lifetime.nanoseconds, at: instant.nanoseconds)
        }
        return table.pointee.value(read.key, at: instant.nanoseconds)
    }

    /// Counts a notification against its recipient's cap, if there is room for it.
    private func admits(_ read: StateRead, _ key: UInt64, at instant: Instant) -> Bool {
        let window = read.lifetime.nanoseconds
        // By place: an iterator would hold on to the array for every operation.
        for place in 0..<state.pointee.caps.count {
            let log = state.pointee.caps[place]
            if log.limit == read.adding && log.window == window {
                return log.admits(recipient: read.key, key: key, at: instant)
            }
        }
        let log = CapLog(limit: read.adding, window: window)
        state.pointee.caps.append(log)
        return log.admits(recipient: read.key, key: key, at: instant)
    }

    func apply(_ write: StateWrite, at instant: Instant) {
        state.pointee.tables[Int(write.kind.rawValue)].apply(
            write.change, to: write.key, lifetime: write.lifetime.nanoseconds, at: instant.nanoseconds)
    }
}
