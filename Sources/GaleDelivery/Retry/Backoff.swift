// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Delays between attempts, see `RetryPolicy.Backoff` and `RetryPolicy.Jitter`. Every delay is monotone in the random word.
package struct Backoff {
    private static let count = 64
    /// A quarter of the clock's range: what is longer can't be spread upwards.
    private static let roomToSpread = Int64.max / 4

    /// What a delay may depend on.
    package struct Failure {
        /// The nth failure, from 1.
        package var number: Int
        package var isThrottled = false
        /// Nanoseconds since the creation of the message.
        package var age: Int64 = 0
        /// What `delay` left there after the failure before; 0: nothing.
        package var memory: Int64 = 0

        package init(number: Int, isThrottled: Bool = false, age: Int64 = 0, memory: Int64 = 0) {
            self.number = number
            self.isThrottled = isThrottled
            self.age = age
            self.memory = memory
        }
    }

    /// Delays without jitter by failure, then those after throttling answers.
    private let ceilings: UnsafeMutablePointer<Int64>
    private let kind: RetryPolicy.Backoff
    private let jitter: RetryPolicy.Jitter
    private let base: Int64
    private let cap: Int64
    private let shareMicros: Int64
    private let spread: Int64

    package init(_ policy: RetryPolicy) {
        ceilings = .allocate(capacity: 2 * Self.count)
        kind = policy.backoff
        jitter = policy.jitter
        cap = max(0, policy.cap.nanoseconds)
        base = max(0, policy.base.nanoseconds)
        shareMicros = min(max(0, policy.jitterShareMicros), 1_000_000)
        spread = min(max(0, policy.jitterSpread.nanoseconds), .max / 1_024)
        let throttled = max(0, (policy.throttledBase ?? policy.base).nanoseconds)
        for index in 0..<Self.count {
            (ceilings + index).initialize(to: Self.ceiling(policy, index, base: base, cap: cap))
            (ceilings + Self.count + index).initialize(to: Self.ceiling(policy, index, base: throttled, cap: cap))
        }
    }

    package func deallocate() { ceilings.deallocate() }

    /// Whether a delay depends on the one before.
    package var hasMemory: Bool { jitter == .decorrelated || jitter == .smooth }

    /// The delay after failure `index + 1`, without jitter; for `age` its least.
    private static func ceiling(_ policy: RetryPolicy, _ index: Int, base: Int64, cap: Int64) -> Int64 {
        switch policy.backoff {
        case .none: return 0
        case .fixed, .age: return min(cap, base)
        case .exponential:
            var delay = base
            let multiplier = min(max(1_000_000, policy.multiplierMicros), 1_000_000_000)
            for _ in 0..<index where delay < cap {
                let product = UInt64(delay).multipliedFullWidth(by: UInt64(multiplier))
                if product.high >= 500_000 { return cap }
                delay = Int64(UInt64(1_000_000).dividingFullWidth(product).quotient)
            }
            return min(cap, delay)
        case .polynomial:
            let power = Int64(index) * Int64(index) * Int64(index) * Int64(index)
            return min(cap, power * 1_000_000_000 + min(base, .max / 4))
        case .list:
            if policy.delays.isEmpty { return 0 }
            return max(0, policy.delays[min(index, policy.delays.count - 1)].nanoseconds)
        }
    }

    /// Nanoseconds to wait after the `failures`th failed attempt (from 1).
    package func delay(failures: Int, random: UInt64) -> Int64 {
        var failure = Failure(number: failures)
        return delay(after: &failure, random: random)
    }

    /// Nanoseconds to wait after a failed attempt; `memory` is left for the next.
    package func delay(after failure: inout Failure, random: UInt64) -> Int64 {
        let place = min(max(1, failure.number), Self.count) - 1
        var delay = ceilings[failure.isThrottled ? place + Self.count : place]
        if kind == .age { delay = min(max(delay, failure.age), cap) }
        switch jitter {
        case .none: return delay
        case .full: return Self.between(0, delay, random)
        case .equal: return Self.between(delay - delay / 2, delay, random)
        case .proportional:
            delay = min(delay, Self.roomToSpread)
            let share = Self.share(delay, shareMicros)
            return Self.between(delay - share, delay + share, random)
        case .around:
            delay = min(delay, Self.roomToSpread)
            return Self.between(max(0, delay - spread), delay + spread, random)
        case .growing:
            delay = min(delay, Self.roomToSpread)
            return Self.between(delay, delay + spread * Int64(place + 1), random)
        case .decorrelated:
            // Without a delay before it is the base, and for who comes back from a retry topic the exponential one.
            let before = failure.memory > 0 ? failure.memory : place == 0 ? base : ceilings[place - 1]
            let next = min(cap, Self.between(base, max(base, min(before, Self.roomToSpread) * 3), random))
            failure.memory = max(1, next)
            return next
        case .smooth: return smooth(&failure, place, random)
        }
    }

    /// Polly's `DecorrelatedJitterBackoffV2`: with t = n + U, x(t) = 2^t · tanh √(4t), the difference of two such x in units of
    /// base / 1.4. `memory` is the x before in millionths.
    private func smooth(_ failure: inout Failure, _ place: Int, _ random: UInt64) -> Int64 {
        let unit = Double(random >> 11) * 0x1p-53
        let before =
            failure.memory > 0 ? Double(failure.memory) / 1e6 : place == 0 ? 0 : Self.curve(Double(place) - 0.5)
        // Beyond this the cap has long been reached, or there is none that matters.
        let next = Self.curve(Double(min(place, 40)) + unit)
        failure.memory = max(1, Int64(next * 1e6))
        let delay = max(0, next - before) * Double(base) / 1.4
        return delay >= Double(cap) ? cap : Int64(delay)
    }

    private static func curve(_ t: Double) -> Double {
        let decay = PortableMath.exp(-2 * (4 * t).squareRoot())
        return PortableMath.power(2, t) * (1 - decay) / (1 + decay)
    }

    private static func share(_ delay: Int64, _ micros: Int64) -> Int64 {
        Int64(UInt64(1_000_000).dividingFullWidth(UInt64(delay).multipliedFullWidth(by: UInt64(micros))).quotient)
    }

    /// Uniform, both ends included.
    private static func between(_ low: Int64, _ high: Int64, _ random: UInt64) -> Int64 {
        low + Int64(random.multipliedFullWidth(by: UInt64(high - low) + 1).high)
    }
}
