// SPDX-License-Identifier: GPL-3.0-or-later

/// M/D/1: Poisson arrivals, constant service, one server, first come first served, in its steady state.
///
/// Rates are per second and times in seconds.
public struct MD1Queue: Equatable, Sendable {
    /// λ, per second.
    public let arrivalRate: Double
    /// D, seconds.
    public let serviceTime: Double
    /// Of the customers in the system; tabulated once, as every probability of a wait takes it.
    let number: MD1NumberTail

    /// - Throws: unless both are above 0 and their product is below 1.
    public init(arrivalRate: Double, serviceTime: Double) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requirePositive(serviceTime, "service time")
        try QueueingError.requireStable(arrivalRate * serviceTime)
        self.arrivalRate = arrivalRate
        self.serviceTime = serviceTime
        number = MD1NumberTail(utilisation: arrivalRate * serviceTime)
    }

    /// ρ = λD: the share of time in which the server is busy.
    public var utilisation: Double { arrivalRate * serviceTime }
    /// From arrival to the start of service, seconds: ρD / (2(1 − ρ)), half that of M/M/1.
    public var meanWait: Double { utilisation * serviceTime / (2 * (1 - utilisation)) }
    /// From arrival to departure, seconds.
    public var meanSojourn: Double { meanWait + serviceTime }
    /// In the queue only.
    public var meanNumberWaiting: Double { arrivalRate * meanWait }
    /// In the queue and in service.
    public var meanNumber: Double { arrivalRate * meanSojourn }
}
