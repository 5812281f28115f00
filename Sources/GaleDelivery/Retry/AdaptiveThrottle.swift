// SPDX-License-Identifier: Apache-2.0

/// Google's adaptive throttling at one provider, see `AdaptiveThrottlePolicy`.
///
/// Requests and accepts are kept in 40 slices of the window, so that one counts for 39 to 40 fortieths of it. A request is counted
/// when it is about to be sent, refused or not: counted at its end, a provider that hangs would look idle (zeromicro/go-zero#5011).
package struct AdaptiveThrottle: BitwiseCopyable {
    package static let sliceCount = 40

    private struct Slice: BitwiseCopyable {
        var requests: Int64 = 0
        var accepts: Int64 = 0
    }

    private let multiplierMicros: Int64
    private let sliceLength: Int64
    private let slices: UnsafeMutablePointer<Slice>
    private var slice = 0
    private var sliceEnd: Int64
    /// Of all slices.
    package private(set) var requests: Int64 = 0
    package private(set) var accepts: Int64 = 0

    package init(_ policy: AdaptiveThrottlePolicy, now: Int64 = 0) {
        multiplierMicros = min(max(1_000_000, policy.multiplierMicros), 1_000_000_000)
        let window = min(max(Int64(Self.sliceCount), policy.window.nanoseconds), .max / 2)
        sliceLength = window / Int64(Self.sliceCount)
        sliceEnd = now - now % sliceLength + sliceLength
        slices = .allocate(capacity: Self.sliceCount)
        slices.initialize(repeating: Slice(), count: Self.sliceCount)
    }

    package func deallocate() { slices.deallocate() }

    /// Counts a request and says whether it is refused.
    ///
    /// - Parameter random: a uniform word; the larger, the less likely refused.
    package mutating func refuses(at now: Int64, random: UInt64) -> Bool {
        if now >= sliceEnd { rotate(to: now) }
        // (requests − K · accepts) / (requests + 1) against a uniform number, both sides times 10⁶ (requests + 1)
        let excess = requests * 1_000_000 - multiplierMicros * accepts
        let threshold = random.multipliedFullWidth(by: UInt64(requests + 1) * 1_000_000).high
        requests += 1
        slices[slice].requests += 1
        return excess > 0 && threshold < UInt64(excess)
    }

    /// The provider took up a request, whatever it thought of it: it didn't refuse it for being overloaded.
    package mutating func accepted(at now: Int64) {
        if now >= sliceEnd { rotate(to: now) }
        accepts += 1
        slices[slice].accepts += 1
    }

    /// A request that was counted at a time, and let through, was given up before its answer: it is as if it had not been made.
    package mutating func withdraw(requestedAt time: Int64, at now: Int64) {
        if now >= sliceEnd { rotate(to: now) }
        let back = (sliceEnd - 1 - time) / sliceLength
        guard back < Int64(Self.sliceCount) else { return }
        let place = (slice - Int(back) + Self.sliceCount) % Self.sliceCount
        guard slices[place].requests > 0 else { return }
        requests -= 1
        slices[place].requests -= 1
    }

    @inline(never)
    private mutating func rotate(to now: Int64) {
        let passed = (now - sliceEnd) / sliceLength + 1
        for _ in 0..<min(passed, Int64(Self.sliceCount)) {
            slice = slice + 1 == Self.sliceCount ? 0 : slice + 1
            requests -= slices[slice].requests
            accepts -= slices[slice].accepts
            slices[slice] = Slice()
        }
        sliceEnd += passed * sliceLength
    }
}
