// SPDX-License-Identifier: GPL-3.0-or-later

/// M/G/1: Poisson arrivals, any service time, one server, first come first served, in its steady state.
///
/// Times are in seconds. The formula of Pollaczek (1930) and Khinchine (1932): mean wait = λE[S²] / (2(1 − ρ)).
public struct MG1Queue: Equatable, Sendable {
    /// λ, per second.
    public let arrivalRate: Double
    public let service: ServiceTime

    /// - Throws: unless the arrival rate is above 0 and its product with the mean service time is below 1.
    public init(arrivalRate: Double, service: ServiceTime) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requireStable(arrivalRate * service.mean)
        self.arrivalRate = arrivalRate
        self.service = service
    }

    /// ρ = λE[S]: the share of time in which the server is busy.
    public var utilisation: Double { arrivalRate * service.mean }
    /// From arrival to the start of service, seconds.
    public var meanWait: Double { arrivalRate * service.secondMoment / (2 * (1 - utilisation)) }
    /// From arrival to departure, seconds.
    public var meanSojourn: Double { meanWait + service.mean }
    /// In the queue only.
    public var meanNumberWaiting: Double { arrivalRate * meanWait }
    /// In the queue and in service.
    public var meanNumber: Double { arrivalRate * meanSojourn }
}
