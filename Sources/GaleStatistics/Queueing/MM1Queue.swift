// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// M/M/1: Poisson arrivals, exponential service, one server, first come first served, in its steady state.
///
/// Rates are per second and times in seconds. Source: L. Kleinrock, *Queueing Systems* I (1975), section 3.2; the sojourn time is
/// exponential with the rate `serviceRate` − `arrivalRate`.
public struct MM1Queue: Equatable, Sendable {
    /// λ, per second.
    public let arrivalRate: Double
    /// μ, per second.
    public let serviceRate: Double

    /// - Throws: unless both rates are above 0 and the arrival rate is below the service rate.
    public init(arrivalRate: Double, serviceRate: Double) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requirePositive(serviceRate, "service rate")
        try QueueingError.requireStable(arrivalRate / serviceRate)
        self.arrivalRate = arrivalRate
        self.serviceRate = serviceRate
    }

    /// ρ = λ/μ: the share of time in which the server is busy.
    public var utilisation: Double { arrivalRate / serviceRate }
    /// In the queue and in service: ρ/(1 − ρ).
    public var meanNumber: Double { arrivalRate * meanSojourn }
    /// In the queue only: ρ²/(1 − ρ).
    public var meanNumberWaiting: Double { arrivalRate * meanWait }
    /// From arrival to departure, seconds: 1/(μ − λ).
    public var meanSojourn: Double { 1 / (serviceRate - arrivalRate) }
    /// From arrival to the start of service, seconds: ρ/(μ − λ).
    public var meanWait: Double { utilisation / (serviceRate - arrivalRate) }

    /// The probability that `count` customers (0 or more) are in the system: (1 − ρ)ρⁿ.
    public func probability(ofNumber count: Int) -> Double {
        count < 0 ? 0 : (1 - utilisation) * pow(utilisation, Double(count))
    }

    /// The probability of a sojourn time above `seconds`.
    public func sojournExceedance(_ seconds: Double) -> Double {
        seconds <= 0 ? 1 : exp(-(serviceRate - arrivalRate) * seconds)
    }

    /// The probability of a wait above `seconds`.
    public func waitExceedance(_ seconds: Double) -> Double {
        seconds < 0 ? 1 : utilisation * exp(-(serviceRate - arrivalRate) * seconds)
    }

    /// The sojourn time that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func sojournQuantile(_ p: Double) -> Double? {
        guard p >= 0, p < 1 else { return nil }
        return -log1p(-p) / (serviceRate - arrivalRate)
    }

    /// The wait that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func waitQuantile(_ p: Double) -> Double? {
        guard p >= 0, p < 1 else { return nil }
        return max(0, log(utilisation / (1 - p)) / (serviceRate - arrivalRate))
    }
}
