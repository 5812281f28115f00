// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// The in-process store behind look-ups and writes: what it holds is what the store of the models holds. It answers at once and
/// never fails.
final class LiveStore {
    private var tables = [StoreTable](repeating: StoreTable(), count: StateKind.allCases.count)
    private var caps: [CapLog] = []

    deinit {
        for table in tables { table.deallocate() }
        for log in caps { log.deallocate() }
    }

    /// - Parameter key: the notification's, which a frequency cap counts once.
    func read(_ read: StateRead, key: UInt64, at now: Instant) -> LookupAnswer {
        if read.kind == .cap { return admits(read, key, at: now) ? .absent : .value(1) }
        if read.adding != 0 {
            tables[Int(read.kind.rawValue)].apply(
                .add(Int64(read.adding)), to: read.key, lifetime: read.lifetime.nanoseconds, at: now.nanoseconds)
        }
        let value = tables[Int(read.kind.rawValue)].value(read.key, at: now.nanoseconds)
        return value == 0 ? .absent : .value(value)
    }

    func apply(_ write: StateWrite, at now: Instant) {
        tables[Int(write.kind.rawValue)].apply(
            write.change, to: write.key, lifetime: write.lifetime.nanoseconds, at: now.nanoseconds)
    }

    private func admits(_ read: StateRead, _ key: UInt64, at now: Instant) -> Bool {
        let window = read.lifetime.nanoseconds
        if let log = caps.first(where: { $0.limit == read.adding && $0.window == window }) {
            return log.admits(recipient: read.key, key: key, at: now)
        }
        let log = CapLog(limit: read.adding, window: window)
        caps.append(log)
        return log.admits(recipient: read.key, key: key, at: now)
    }
}
