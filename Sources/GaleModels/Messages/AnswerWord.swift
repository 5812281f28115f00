// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a provider's answer says about time, in the 32 bits that a record has for it. 0: nothing.
///
/// - A Retry-After: milliseconds plus one, rounded up; at most 49 days.
/// - Of a 410, since when the address has been invalid: in milliseconds from the start of the run, up to twelve days each way;
///   beyond that in seconds (1,024 ms), rounded down, up to 34 years each way.
package enum AnswerWord {
    @inline(__always)
    package static func word(of response: ProviderResponse) -> UInt32 {
        if let since = response.invalidSince { return stamp(since.nanoseconds / 1_000_000) }
        guard let retryAfter = response.retryAfter else { return 0 }
        return UInt32(clamping: (retryAfter.nanoseconds + 999_999) / 1_000_000 + 1)
    }

    /// A provider's answer as the dispatcher hears it.
    @inline(__always)
    package static func response(_ status: UInt16, _ reason: UInt16, _ word: UInt32) -> ProviderResponse {
        var response = ProviderResponse(status: status, reason: Reason(rawValue: reason))
        if word == 0 { return response }
        if status == 410 {
            response.invalidSince = Instant(nanoseconds: milliseconds(word) &* 1_000_000)
        } else {
            response.retryAfter = .milliseconds(Int64(word) &- 1)
        }
        return response
    }

    /// The start of the run lies in the middle of what 31 bits hold; the last bit tells the unit.
    private static var origin: Int64 { 1 << 30 }
    private static var isCoarse: UInt32 { 1 << 31 }
    /// Milliseconds of the coarse unit, as a power of two.
    private static var coarseShift: Int64 { 10 }

    private static func stamp(_ milliseconds: Int64) -> UInt32 {
        let fine = milliseconds &+ origin
        if fine > 0 && fine < 1 << 31 { return UInt32(truncatingIfNeeded: fine) }
        let coarse = max(0, min(milliseconds >> coarseShift &+ origin, 1 << 31 - 1))
        return UInt32(truncatingIfNeeded: coarse) | isCoarse
    }

    private static func milliseconds(_ stamp: UInt32) -> Int64 {
        if stamp & isCoarse == 0 { return Int64(stamp) &- origin }
        return (Int64(stamp & ~isCoarse) &- origin) << coarseShift
    }
}
