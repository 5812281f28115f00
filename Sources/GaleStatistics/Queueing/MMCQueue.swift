// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// M/M/c: Poisson arrivals, exponential service, c equal servers behind one queue, first come first served, in its steady state.
///
/// Rates are per second and times in seconds. Source: D. Gross et al., *Fundamentals of Queueing Theory* (4th ed., 2008), section 2.3.
public struct MMCQueue: Equatable, Sendable {
    /// λ, per second.
    public let arrivalRate: Double
    /// μ of one server, per second.
    public let serviceRate: Double
    /// c.
    public let servers: Int
    /// The share of arrivals that must wait: Erlang C.
    public let waitProbability: Double

    /// - Throws: unless the rates are above 0, there is a server, and λ < cμ.
    /// - Complexity: O(`servers`).
    public init(arrivalRate: Double, serviceRate: Double, servers: Int) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requirePositive(serviceRate, "service rate")
        try QueueingError.require(servers, atLeast: 1, "the number of servers")
        let offered = arrivalRate / serviceRate
        try QueueingError.requireStable(offered / Double(servers))
        guard let waitProbability = ErlangFormulas.waitProbability(servers: servers, offeredLoad: offered) else {
            throw .unstable(utilisation: offered / Double(servers))
        }
        self.arrivalRate = arrivalRate
        self.serviceRate = serviceRate
        self.servers = servers
        self.waitProbability = waitProbability
    }

    /// λ/μ, in erlang: the mean number of busy servers.
    public var offeredLoad: Double { arrivalRate / serviceRate }
    /// ρ = λ/(cμ): the share of time in which a server is busy.
    public var utilisation: Double { offeredLoad / Double(servers) }
    /// cμ − λ: the rate of a wait that is not 0.
    private var spareRate: Double { Double(servers) * serviceRate - arrivalRate }

    /// From arrival to the start of service, seconds.
    public var meanWait: Double { waitProbability / spareRate }
    /// From arrival to departure, seconds.
    public var meanSojourn: Double { meanWait + 1 / serviceRate }
    /// In the queue only.
    public var meanNumberWaiting: Double { arrivalRate * meanWait }
    /// In the queue and in service.
    public var meanNumber: Double { arrivalRate * meanSojourn }

    /// The probability of a wait above `seconds`.
    public func waitExceedance(_ seconds: Double) -> Double {
        seconds < 0 ? 1 : waitProbability * exp(-spareRate * seconds)
    }

    /// The wait that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func waitQuantile(_ p: Double) -> Double? {
        guard p >= 0, p < 1 else { return nil }
        return max(0, log(waitProbability / (1 - p)) / spareRate)
    }

    /// The probability of a sojourn time above `seconds`.
    ///
    /// It is a service, and with the probability of waiting an exponential wait before it: the sum of both exceeds t with
    /// e^(−mt)(1 + m(1 − e^(−(M − m)t))/(M − m)), m and M being the lower and the higher of the two rates.
    public func sojournExceedance(_ seconds: Double) -> Double {
        guard seconds > 0 else { return 1 }
        let low = min(serviceRate, spareRate)
        let difference = max(serviceRate, spareRate) - low
        let between = difference > 0 ? -expm1(-difference * seconds) / difference : seconds
        let waiting = exp(-low * seconds) * (1 + low * between)
        return (1 - waitProbability) * exp(-serviceRate * seconds) + waitProbability * waiting
    }

    /// The sojourn time that a share `p` of customers does not exceed, seconds; nil unless 0 ≤ `p` < 1.
    public func sojournQuantile(_ p: Double) -> Double? {
        ExceedanceQuantile.time(p, scale: meanSojourn, exceedance: sojournExceedance)
    }
}
