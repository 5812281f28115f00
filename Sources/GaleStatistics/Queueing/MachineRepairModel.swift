// SPDX-License-Identifier: GPL-3.0-or-later

/// The machine repair model M/M/c//N, a closed loop: N customers think for a while, ask for service, wait for one of c servers, are
/// served, and think again.
///
/// Service is exponential; of the think time only the mean matters. Times are in seconds. Source: D. Gross et al., *Fundamentals
/// of Queueing Theory* (4th ed., 2008), section 2.7 (finite-source queues).
public struct MachineRepairModel: Equatable, Sendable {
    /// N.
    public let customers: Int
    /// Mean time from the end of a service to the customer's next request, seconds.
    public let thinkTime: Double
    /// Mean, seconds.
    public let serviceTime: Double
    /// c.
    public let servers: Int
    /// Requesting: in the queue and in service, mean.
    public let meanNumber: Double
    /// In the queue only, mean.
    public let meanNumberWaiting: Double
    /// Mean number of servers at work.
    public let meanBusyServers: Double

    /// - Throws: unless the times are above 0 and there are a customer and a server.
    /// - Complexity: O(`customers`).
    public init(customers: Int, thinkTime: Double, serviceTime: Double, servers: Int) throws(QueueingError) {
        try QueueingError.require(customers, atLeast: 1, "the number of customers")
        try QueueingError.requirePositive(thinkTime, "think time")
        try QueueingError.requirePositive(serviceTime, "service time")
        try QueueingError.require(servers, atLeast: 1, "the number of servers")
        self.customers = customers
        self.thinkTime = thinkTime
        self.serviceTime = serviceTime
        self.servers = servers
        let sums = Self.sums(customers: customers, ratio: serviceTime / thinkTime, servers: servers)
        meanNumber = sums.number / sums.total
        meanNumberWaiting = sums.waiting / sums.total
        meanBusyServers = sums.busy / sums.total
    }

    /// The weights of 0 to N requests, p(n) = p(n − 1)·(N − n + 1)/min(n, c)·ratio, summed; scaled down before they overflow.
    private static func sums(
        customers: Int, ratio: Double, servers: Int
    ) -> (total: Double, number: Double, waiting: Double, busy: Double) {
        var weight = 1.0
        var sums = (total: 1.0, number: 0.0, waiting: 0.0, busy: 0.0)
        for n in 1...customers {
            weight *= Double(customers - n + 1) * ratio / Double(min(n, servers))
            if weight > 1e200 {
                sums = (sums.total / weight, sums.number / weight, sums.waiting / weight, sums.busy / weight)
                weight = 1
            }
            sums.total += weight
            sums.number += Double(n) * weight
            sums.waiting += Double(max(0, n - servers)) * weight
            sums.busy += Double(min(n, servers)) * weight
        }
        return sums
    }

    /// Services per second.
    public var throughput: Double { meanBusyServers / serviceTime }
    /// The share of time in which a server is busy.
    public var utilisation: Double { meanBusyServers / Double(servers) }
    /// From request to the end of service, seconds.
    public var meanResponse: Double { meanNumber / throughput }
    /// From request to the start of service, seconds.
    public var meanWait: Double { meanNumberWaiting / throughput }
}
