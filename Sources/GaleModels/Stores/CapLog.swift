// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// One frequency cap's entries in a store. Operations are applied in the order in which the store decides them; a clock that would
/// run backwards stands. The value is a handle: copies share the entries, and whoever made it calls `deallocate()`.
package struct CapLog {
    private struct State: ~Copyable {
        var log: FrequencyLog
        var latest = Instant.zero
    }

    package let limit: Int32
    package let window: Int64
    private let state: UnsafeMutablePointer<State>

    package init(limit: Int32, window: Int64) {
        self.limit = limit
        self.window = window
        state = .allocate(capacity: 1)
        state.initialize(to: State(log: FrequencyLog(limit: Int(limit), window: Interval(nanoseconds: window))))
    }

    package func deallocate() {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    package func admits(recipient: UInt64, key: UInt64, at instant: Instant) -> Bool {
        state.pointee.latest = max(state.pointee.latest, instant)
        return state.pointee.log.admit(recipient: recipient, key: key, at: state.pointee.latest)
    }
}
