// SPDX-License-Identifier: GPL-3.0-or-later

/// Stations in a row (a Jackson network without branches): Poisson arrivals at the first, each an M/M/c queue, every customer
/// visits all of them.
///
/// What leaves a stable M/M/c queue is again Poisson with the arrival rate (Burke, 1956), so each station behaves as if it were
/// alone (Jackson, 1957). Rates are per second and times in seconds.
public struct TandemNetwork: Equatable, Sendable {
    /// In the order of visit.
    public let stations: [MMCQueue]

    /// - Parameter stations: the service rate of one server, per second, and the number of servers, of at least one station.
    /// - Throws: when one of them is impossible or not stable.
    public init(
        arrivalRate: Double, stations: [(serviceRate: Double, servers: Int)]
    ) throws(QueueingError) {
        try QueueingError.require(stations.count, atLeast: 1, "the number of stations")
        var queues: [MMCQueue] = []
        for station in stations {
            queues.append(
                try MMCQueue(
                    arrivalRate: arrivalRate, serviceRate: station.serviceRate, servers: station.servers))
        }
        self.stations = queues
    }

    /// From arrival at the first to departure from the last, seconds.
    public var meanSojourn: Double { stations.reduce(0) { $0 + $1.meanSojourn } }
    /// In all queues together, seconds.
    public var meanWait: Double { stations.reduce(0) { $0 + $1.meanWait } }
    /// In all stations.
    public var meanNumber: Double { stations.reduce(0) { $0 + $1.meanNumber } }
}
