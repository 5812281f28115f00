// SPDX-License-Identifier: GPL-3.0-or-later

/// M/M/c/K: as M/M/c, but an arrival that finds K customers in the system (in service and waiting) is turned away.
///
/// Stable at every load. Rates are per second and times in seconds. Source: D. Gross et al., *Fundamentals of Queueing Theory*
/// (4th ed., 2008), section 2.5. K = c is Erlang's loss system.
public struct MMCKQueue: Equatable, Sendable {
    /// λ, per second: all arrivals, also those that are turned away.
    public let arrivalRate: Double
    /// μ of one server, per second.
    public let serviceRate: Double
    /// c.
    public let servers: Int
    /// K: places in service and in the queue together.
    public let places: Int
    /// The share of arrivals that are turned away.
    public let blockingProbability: Double
    /// In the queue and in service.
    public let meanNumber: Double
    /// In the queue only.
    public let meanNumberWaiting: Double

    /// Adds one place after another: with b the blocking and L the mean number before, one more makes them
    /// b' = ab/(min(n, c) + ab) and L' = (1 − b')L + nb'. All terms are positive, so no digits are lost at any load.
    /// - Throws: unless the rates are above 0, there is a server, and `places` ≥ `servers`.
    /// - Complexity: O(`places`).
    public init(arrivalRate: Double, serviceRate: Double, servers: Int, places: Int) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requirePositive(serviceRate, "service rate")
        try QueueingError.require(servers, atLeast: 1, "the number of servers")
        try QueueingError.require(places, atLeast: servers, "the number of places")
        let offered = arrivalRate / serviceRate
        var blocked = 1.0
        var number = 0.0
        var waiting = 0.0
        for place in 1...places {
            let weight = offered * blocked
            blocked = weight / (Double(min(place, servers)) + weight)
            number = (1 - blocked) * number + Double(place) * blocked
            waiting = (1 - blocked) * waiting + Double(max(0, place - servers)) * blocked
        }
        self.arrivalRate = arrivalRate
        self.serviceRate = serviceRate
        self.servers = servers
        self.places = places
        blockingProbability = blocked
        meanNumber = number
        meanNumberWaiting = waiting
    }

    /// Customers let in, and so served, per second.
    public var throughput: Double { arrivalRate * (1 - blockingProbability) }
    /// The share of time in which a server is busy.
    public var utilisation: Double { throughput / (Double(servers) * serviceRate) }
    /// Of customers let in, from arrival to departure, seconds.
    public var meanSojourn: Double { meanNumber / throughput }
    /// Of customers let in, from arrival to the start of service, seconds.
    public var meanWait: Double { meanNumberWaiting / throughput }
}
