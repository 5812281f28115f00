// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

extension MD1Queue {
    /// The probabilities that 0, 1, … `count` − 1 customers are in the system.
    ///
    /// - Complexity: O(`count`).
    public func numberProbabilities(count: Int) -> [Double] {
        (0..<max(0, count)).map(number.probability)
    }

    /// The probability of a wait above `seconds`, to about 12 digits however small it is.
    ///
    /// With t = kD − u, 0 ≤ u < D: the wait is at most t when a ≤ k − 1 customers came in the last u seconds and no more than
    /// k − a were in the system before them. So P(W > t) = P(a ≥ k) + Σ P(a)·P(N > k − a), a from 0 to k − 1, with a Poisson of
    /// mean λu: the formula of G. J. Franx (2001) for one server. Unlike Crommelin's alternating sum it loses no digits.
    public func waitExceedance(_ seconds: Double) -> Double {
        guard seconds >= 0 else { return 1 }
        guard seconds.isFinite else { return 0 }
        let services = floor(seconds / serviceTime) + 1
        let mean = arrivalRate * min(serviceTime, max(0, services * serviceTime - seconds))
        var mass = exp(-mean)
        var beyond = 0.0
        // With each a the tail grows by at most the root x of x = e^(ρ(x − 1)), and λux ≤ ρ + ln x is below 50: the factorial
        // outweighs that long before the 200th term.
        let terms = Int(min(services, 200))
        for a in 0..<terms {
            beyond += mass * number.exceedance(services - Double(a))
            mass *= mean / Double(a + 1)
        }
        // P(a ≥ k); with many services it is beyond the reach of floating point.
        if services <= 200 { beyond += SpecialFunctions.incompleteGamma(shape: services, mean) }
        return min(1, beyond)
    }

    /// The wait that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func waitQuantile(_ p: Double) -> Double? {
        ExceedanceQuantile.time(p, scale: serviceTime, exceedance: waitExceedance)
    }

    /// The sojourn time that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func sojournQuantile(_ p: Double) -> Double? {
        waitQuantile(p).map { $0 + serviceTime }
    }
}
