// SPDX-License-Identifier: Apache-2.0

/// Delays between attempts: none, fixed, or exponential, without jitter or with full jitter (AWS Architecture Blog,
/// "Exponential Backoff And Jitter", 2015: `random_between(0, min(cap, base · 2 ** attempt))`).
package struct Backoff {
    private static let count = 64
    /// `min(cap, base · 2^n)` by n.
    private let ceilings: UnsafeMutablePointer<Int64>
    private let jitter: Bool

    package init(_ policy: RetryPolicy) {
        ceilings = .allocate(capacity: Self.count)
        jitter = policy.jitter == .full
        let cap = max(0, policy.cap.nanoseconds)
        var ceiling = policy.backoff == .none ? 0 : min(cap, max(0, policy.base.nanoseconds))
        for index in 0..<Self.count {
            (ceilings + index).initialize(to: ceiling)
            if policy.backoff == .exponential { ceiling = ceiling > cap / 2 ? cap : ceiling * 2 }
        }
    }

    package func deallocate() { ceilings.deallocate() }

    /// Nanoseconds to wait after the `failures`th failed attempt (from 1). Monotone in `random`.
    package func delay(failures: Int, random: UInt64) -> Int64 {
        let ceiling = ceilings[min(max(1, failures), Self.count) - 1]
        return jitter ? Int64(random.multipliedFullWidth(by: UInt64(ceiling) + 1).high) : ceiling
    }
}
