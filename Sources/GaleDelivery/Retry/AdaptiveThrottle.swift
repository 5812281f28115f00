// SPDX-License-Identifier: Apache-2.0

/// Google's adaptive throttling at one provider, see `AdaptiveThrottlePolicy`.
///
/// Requests and accepts are kept in 40 slices of the window, so that one counts for 39 to 40 fortieths of it. A request is counted
/// when it is about to be sent, refused or not: counted at its end, a provider that hangs would look idle (zeromicro/go-zero#5011).
package struct AdaptiveThrottle {
    package static let sliceCount = 40

    private let multiplierMicros: Int64
    /// Requests, and those of them that were accepted.
    private var window: SlicedWindow<SIMD2<Int64>>

    package init(_ policy: AdaptiveThrottlePolicy, now: Int64 = 0) {
        multiplierMicros = min(max(1_000_000, policy.multiplierMicros), 1_000_000_000)
        let length = min(max(Int64(Self.sliceCount), policy.window.nanoseconds), .max / 2)
        window = SlicedWindow(sliceLength: length / Int64(Self.sliceCount), count: Self.sliceCount, now: now)
    }

    package func deallocate() { window.deallocate() }

    package var requests: Int64 { window.sum.x }
    package var accepts: Int64 { window.sum.y }

    /// Counts a request and says whether it is refused.
    ///
    /// - Parameter random: a uniform word; the larger, the less likely refused.
    package mutating func refuses(at now: Int64, random: UInt64) -> Bool {
        window.advance(to: now)
        // (requests − K · accepts) / (requests + 1) against a uniform number, both sides times 10⁶ (requests + 1)
        let excess = requests * 1_000_000 - multiplierMicros * accepts
        let threshold = random.multipliedFullWidth(by: UInt64(requests + 1) * 1_000_000).high
        window.sum.x += 1
        return excess > 0 && threshold < UInt64(excess)
    }

    /// The provider took up a request, whatever it thought of it: it didn't refuse it for being overloaded.
    package mutating func accepted(at now: Int64) {
        window.advance(to: now)
        window.sum.y += 1
    }

    /// A request that was counted at a time, and let through, was given up before its answer: it is as if it had not been made.
    package mutating func withdraw(requestedAt time: Int64, at now: Int64) {
        window.advance(to: now)
        window.takeBack(SIMD2(1, 0), addedAt: time)
    }
}
