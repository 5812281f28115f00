// SPDX-License-Identifier: Apache-2.0

/// How many calls may be under way at once, found out from the round trips of those that were (Netflix
/// `concurrency-limits`, `limit/AIMDLimit.java`, `VegasLimit.java`, `Gradient2Limit.java`; the rules are theirs to the letter,
/// evaluated at each answer as there, in IEEE double precision).
///
/// - AIMD: a drop, or a round trip longer than `slowAfter`, makes the limit `min(limit − 1, ⌊limit · ratio⌋)`; any other answer
///   adds 1 if at least half of the limit was in use.
/// - Vegas, with ℓ = max(1, ⌊log₁₀ limit⌋) and q = ⌈limit · (1 − RTT₀/RTT)⌉: a drop −ℓ; otherwise, if at least half was in
///   use, q ≤ ℓ: +6ℓ; q < 3ℓ: +ℓ; q > 6ℓ: −ℓ. RTT₀ is the least round trip, looked for anew every U(½,1) · 30 · limit answers.
/// - Gradient2, with g = clamp(tolerance · long/short, ½, 1): limit ← 0.8 · limit + 0.2 · (g · limit + 4), if at least half was
///   in use. `long` is an average over 600 answers (a plain mean of the first 10), times 0.95 when it is more than twice `short`.
///   (So since the tolerance of 1.5 came in; builds before had neither: times 0.9, and a tolerance of 1.)
/// - Envoy's gradient: `GradientController`.
///
/// AIMD has no upper bound and Vegas no lower one but 1 in the original; here all have both.
///
/// Scope: one dispatcher. It needs no store.
package struct ConcurrencyLimit {
    private static let warmUp: Int64 = 10
    private static let longDecay = 0.95

    /// What an answer says about the load.
    package enum Sample: UInt8, Sendable {
        /// A round trip that the provider itself took its time for.
        case answered
        /// Refused for load, or no answer in time.
        case dropped
        /// It says nothing about load.
        case ignored
    }

    /// Whole calls; what `estimate` is cut to.
    package private(set) var limit: Int64
    /// Vegas and Envoy's gradient: a new random word is wanted (`renewJitter`).
    package private(set) var wantsJitter: Bool

    private let algorithm: ConcurrencyPolicy.Algorithm
    private let minimum: Double
    private let maximum: Double
    private let backoffRatio: Double
    private let slowAfter: Int64
    private let tolerance: Double
    private let queue: Double
    private let smoothing: Double
    private let longFactor: Double
    private let probeMultiplier: Double
    private var estimate: Double
    /// Nanoseconds; 0: not known.
    private var leastRoundTrip: Int64
    private var probeCount: Int64
    private var probeJitter: Double
    private var longRoundTrip: Double
    private var longSum: Double
    private var longCount: Int64
    /// Envoy's, in the others' stead.
    private var controller: GradientController?

    package init(_ policy: ConcurrencyPolicy) {
        algorithm = policy.algorithm
        minimum = Double(max(1, policy.minimum))
        maximum = max(minimum, Double(policy.maximum))
        estimate = min(max(Double(policy.initial), minimum), maximum)
        limit = Int64(estimate)
        backoffRatio = Double(min(max(policy.backoffRatioMicros, 500_000), 999_999)) / 1_000_000
        slowAfter = policy.slowAfter.nanoseconds
        tolerance = Double(max(0, policy.toleranceMicros)) / 1_000_000
        queue = Double(max(0, policy.queue))
        smoothing = Double(min(max(0, policy.smoothingMicros), 1_000_000)) / 1_000_000
        longFactor = 2 / (Double(max(1, policy.longWindow)) + 1)
        probeMultiplier = Double(max(1, policy.probeMultiplier))
        leastRoundTrip = 0
        probeCount = 0
        probeJitter = 1
        longRoundTrip = 0
        longSum = 0
        longCount = 0
        wantsJitter = policy.algorithm == .vegas || policy.algorithm == .envoyGradient
        controller = policy.algorithm == .envoyGradient ? GradientController(policy) : nil
        if let controller { set(controller.limit) }
        limit = Int64(estimate)
    }

    package func deallocate() { controller?.deallocate() }

    /// Memory beyond its own.
    var bytes: Int { controller?.bytes ?? 0 }

    /// Whether the limit is low because the least round trip is being measured.
    package var isProbing: Bool { controller?.isProbing ?? false }

    /// When the next least round trip is looked for, from a uniform word.
    package mutating func renewJitter(_ random: UInt64) {
        controller?.renewJitter(random)
        probeJitter = 0.5 + Double(random >> 11) / 18_014_398_509_481_984  // 53 bits over 2⁵⁴: below ½
        wantsJitter = false
    }

    /// A call is back.
    ///
    /// - Parameters:
    ///   - roundTrip: nanoseconds; less than one counts as one.
    ///   - inFlight: calls that were under way when it began, itself included.
    ///   - now: nanoseconds, never before an earlier one; only Envoy's gradient looks at it.
    package mutating func record(_ sample: Sample, roundTrip: Int64, inFlight: Int64, at now: Int64 = 0) {
        if sample == .ignored { return }
        let roundTrip = max(1, roundTrip)
        switch algorithm {
        case .aimd: recordAIMD(sample, roundTrip, Double(inFlight))
        case .vegas: recordVegas(sample, roundTrip, Double(inFlight))
        case .gradient2: recordGradient2(roundTrip, Double(inFlight))
        case .envoyGradient:
            controller?.record(roundTrip: roundTrip, at: now)
            estimate = controller?.limit ?? estimate
            wantsJitter = controller?.wantsJitter ?? false
        }
        limit = Int64(estimate)
    }

    private mutating func recordAIMD(_ sample: Sample, _ roundTrip: Int64, _ inFlight: Double) {
        if sample == .dropped || roundTrip > slowAfter {
            set(min(estimate - 1, (estimate * backoffRatio).rounded(.down)))
        } else if inFlight * 2 >= estimate {
            set(estimate + 1)
        }
    }

    private mutating func recordVegas(_ sample: Sample, _ roundTrip: Int64, _ inFlight: Double) {
        probeCount += 1
        if probeJitter * probeMultiplier * estimate <= Double(probeCount) {
            wantsJitter = true
            probeCount = 0
            leastRoundTrip = roundTrip
            return
        }
        if leastRoundTrip == 0 || roundTrip < leastRoundTrip {
            leastRoundTrip = roundTrip
            return
        }
        let step = Self.step(estimate)
        let queued = (estimate * (1 - Double(leastRoundTrip) / Double(roundTrip))).rounded(.up)
        var next = estimate
        if sample == .dropped {
            next -= step
        } else if inFlight * 2 < estimate {
            return
        } else if queued <= step {
            next += 6 * step
        } else if queued < 3 * step {
            next += step
        } else if queued > 6 * step {
            next -= step
        } else {
            return
        }
        set((1 - smoothing) * estimate + smoothing * min(max(next, minimum), maximum))
    }

    private mutating func recordGradient2(_ roundTrip: Int64, _ inFlight: Double) {
        let short = Double(roundTrip)
        if longCount < Self.warmUp {
            longCount += 1
            longSum += short
            longRoundTrip = longSum / Double(longCount)
        } else {
            longRoundTrip = longRoundTrip * (1 - longFactor) + short * longFactor
        }
        let long = longRoundTrip
        if long / short > 2 { longRoundTrip *= Self.longDecay }
        if inFlight < estimate / 2 { return }
        let gradient = max(0.5, min(1, tolerance * long / short))
        set(estimate * (1 - smoothing) + (estimate * gradient + queue) * smoothing)
    }

    private mutating func set(_ value: Double) { estimate = min(max(value, minimum), maximum) }

    /// max(1, ⌊log₁₀ limit⌋), as `Log10RootFunction` has it.
    private static func step(_ limit: Double) -> Double {
        var (step, power) = (1.0, 100.0)
        while power * 10 <= limit {
            power *= 10
            step += 1
        }
        return limit >= 100 ? step + 1 : 1
    }
}
