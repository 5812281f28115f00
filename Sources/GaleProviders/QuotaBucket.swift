// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A quota as exact integers, of one of two kinds.
///
/// - *At once*: a bucket of `count` that is full again at the end of each window; windows follow each other without gap
///   from `phase` on and know no clock (FCM: "refilled at the end of each minute", not clock aligned).
/// - *Steady*: the generic cell rate algorithm (ITU-T I.371) as a leaking level: each request that passes adds `window`,
///   each nanosecond takes `count` away, and the level never passes `burst × window`.
struct QuotaBucket: BitwiseCopyable {
    /// The terms that do not change.
    struct Terms: BitwiseCopyable {
        var count: UInt64
        /// Nanoseconds.
        var window: UInt64
        var burst: UInt64
        var refillsAtOnce: Bool
    }

    /// Used: of this window's count, or the leaking level.
    private(set) var used: UInt128 = 0
    /// At once: the end of the window; steady: when the level was last brought up to date. Nanoseconds.
    private(set) var mark: Int64 = 0

    /// Where the first window of a quota that refills at once ends.
    mutating func start(firstWindowEnds end: Int64) { mark = end }

    /// Takes one if there is one.
    ///
    /// - Returns: 0, or the nanoseconds until there is one again.
    @inline(__always)
    mutating func take(_ terms: Terms, at now: Int64) -> Int64 {
        terms.refillsAtOnce ? takeFromWindow(terms, at: now) : takeFromLevel(terms, at: now)
    }

    @inline(__always)
    private mutating func takeFromWindow(_ terms: Terms, at now: Int64) -> Int64 {
        if now >= mark {
            let window = Int64(terms.window)
            mark &+= ((now &- mark) / window &+ 1) &* window
            used = 0
        }
        if used >= UInt128(terms.count) { return mark &- now }
        used &+= 1
        return 0
    }

    @inline(__always)
    private mutating func takeFromLevel(_ terms: Terms, at now: Int64) -> Int64 {
        let elapsed = now &- mark
        if elapsed > 0 {
            let leaked = ServiceLine.product(UInt64(elapsed), terms.count)
            used = leaked >= used ? 0 : used &- leaked
            mark = now
        }
        let after = used &+ UInt128(terms.window)
        let brim = ServiceLine.product(terms.burst, terms.window)
        if after > brim {
            let wait = (after &- brim &+ UInt128(terms.count &- 1)) / UInt128(terms.count)
            return Int64(truncatingIfNeeded: Swift.min(wait, UInt128(Int64.max)))
        }
        used = after
        return 0
    }
}

extension QuotaBucket.Terms {
    init(_ quota: ProviderProfile.Quota) {
        precondition(quota.count > 0 && quota.window > .zero, "a quota allows something in a window that lasts")
        let burst = quota.burst ?? quota.count
        precondition(burst > 0, "a quota that saves up nothing allows nothing")
        self.init(
            count: UInt64(quota.count), window: UInt64(quota.window.nanoseconds), burst: UInt64(burst),
            refillsAtOnce: quota.refillsAtOnce)
    }
}
