// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// One frequency cap's entries in a store. Operations are applied in the order in which the store decides them; a clock that would
/// run backwards stands.
package final class CapLog {
    package let limit: Int32
    package let window: Int64
    private var log: FrequencyLog
    private var latest = Instant.zero

    package init(limit: Int32, window: Int64) {
        self.limit = limit
        self.window = window
        log = FrequencyLog(limit: Int(limit), window: Interval(nanoseconds: window))
    }

    package func admits(recipient: UInt64, key: UInt64, at instant: Instant) -> Bool {
        latest = max(latest, instant)
        return log.admit(recipient: recipient, key: key, at: latest)
    }
}
