// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Whether events keep to `burst + rate · t` in every window of length t, whatever window is looked at.
///
/// A level rises by one with each event and falls with the rate, never below nothing: it is the most by which any window that
/// ends now has exceeded `rate · t`. So one number decides about all windows (a leaky bucket as a meter: ITU-T I.371). Exact: an
/// event is 10¹⁵ parts, and time lets one part a nanosecond go for each millionth of an event a second.
package struct RateMeter: BitwiseCopyable {
    private static let partsPerEvent: Int128 = 1_000_000_000_000_000

    private let rate: Int128
    private let most: Int128
    private var level: Int128 = 0
    private var latest: Int64 = 0

    /// - Parameters:
    ///   - ratePerSecondMicros: events a second, in millionths.
    ///   - burst: events at once.
    ///   - tolerance: the time by which an event may come before its own, instead of a burst (GCRA), nanoseconds.
    package init(ratePerSecondMicros: Int64, burst: Int64, tolerance: Int64? = nil) {
        rate = Int128(max(0, ratePerSecondMicros))
        if let tolerance {
            most = Self.partsPerEvent + Int128(max(0, tolerance)) * rate
        } else {
            most = Int128(max(1, burst)) * Self.partsPerEvent
        }
    }

    /// An event at an instant, nanoseconds, no earlier than the one before.
    ///
    /// - Returns: whether every window that ends here is within the limit.
    package mutating func record(at now: Int64) -> Bool {
        level = max(0, level - Int128(now - latest) * rate) + Self.partsPerEvent
        latest = now
        return level <= most
    }

    /// How far above the limit the worst window is, in whole events, rounded up.
    package var excess: Int64 { Int64(clamping: max(0, level - most + Self.partsPerEvent - 1) / Self.partsPerEvent) }
}
