// SPDX-License-Identifier: Apache-2.0

/// How long a provider usually takes: the smoothed round-trip time of TCP (RFC 6298: the first sample, then
/// 7/8 · old + 1/8 · new), in nanoseconds.
///
/// Whoever decides by it makes the samples fewer; so when there has been none for a second, one call is let through to look.
package struct LatencyEstimate {
    private static let longestSilence: Int64 = 1_000_000_000

    /// Nanoseconds; 0: not known.
    package private(set) var smoothed: Int64 = 0
    private var lookedAt: Int64 = 0

    package init() {}

    /// A call took so long; also one that got no answer in time.
    package mutating func record(_ latency: Int64, at now: Int64) {
        let latency = max(0, latency)
        smoothed = smoothed == 0 ? latency : smoothed - smoothed / 8 + latency / 8
        lookedAt = now
    }

    /// A call was given up after so long: news only where that is longer than usual.
    package mutating func recordAtLeast(_ latency: Int64, at now: Int64) {
        if latency > smoothed && smoothed > 0 { record(latency, at: now) }
    }

    /// Whether a call that may take `remaining` nanoseconds is to be made, if it needs `shareMicros` of what is usual.
    package mutating func canMeet(_ remaining: Int64, shareMicros: Int64, at now: Int64) -> Bool {
        let needed = smoothed.multipliedFullWidth(by: max(0, shareMicros))
        let limit = remaining.multipliedFullWidth(by: 1_000_000)
        if (needed.high, needed.low) <= (limit.high, limit.low) { return true }
        if now - lookedAt < Self.longestSilence { return false }
        lookedAt = now
        return true
    }
}
