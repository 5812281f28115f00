// SPDX-License-Identifier: GPL-3.0-or-later

/// Erlang's loss and delay formulas (A. K. Erlang, 1917), for Poisson arrivals and `servers` equal servers.
///
/// The offered load is the arrival rate times the mean service time, in erlang.
public enum ErlangFormulas {
    /// The share of arrivals that find all servers busy and are lost (M/G/c/c): Erlang B.
    ///
    /// Computed by B(n) = aB(n − 1) / (n + aB(n − 1)), B(0) = 1, which only adds and multiplies positive numbers and so loses no
    /// digits. It depends on the mean of the service time only.
    /// - Complexity: O(`servers`).
    /// - Parameters:
    ///   - servers: at least 0.
    ///   - offeredLoad: in erlang, at least 0 and finite.
    /// - Returns: nil outside these ranges.
    public static func blockingProbability(servers: Int, offeredLoad: Double) -> Double? {
        guard servers >= 0, offeredLoad >= 0, offeredLoad.isFinite else { return nil }
        var blocked = 1.0
        for server in 0..<servers {
            let weight = offeredLoad * blocked
            blocked = weight / (Double(server + 1) + weight)
        }
        return blocked
    }

    /// The share of arrivals that must wait (M/M/c): Erlang C = B / (1 − ρ(1 − B)).
    ///
    /// - Complexity: O(`servers`).
    /// - Parameters:
    ///   - servers: at least 1.
    ///   - offeredLoad: in erlang, at least 0 and below `servers`.
    /// - Returns: nil outside these ranges; in particular when the queue is not stable.
    public static func waitProbability(servers: Int, offeredLoad: Double) -> Double? {
        guard servers >= 1, offeredLoad < Double(servers),
            let blocked = blockingProbability(servers: servers, offeredLoad: offeredLoad)
        else { return nil }
        return blocked / (1 - offeredLoad / Double(servers) * (1 - blocked))
    }

    /// The fewest servers with which at most that share of arrivals is lost; nil when a parameter is out of range.
    ///
    /// - Parameter blocking: above 0 and below 1.
    /// - Complexity: O(offered load).
    public static func servers(offeredLoad: Double, blockingAtMost blocking: Double) -> Int? {
        guard offeredLoad >= 0, offeredLoad.isFinite, blocking > 0, blocking < 1 else { return nil }
        var blocked = 1.0
        var servers = 0
        while blocked > blocking {
            servers += 1
            let weight = offeredLoad * blocked
            blocked = weight / (Double(servers) + weight)
        }
        return servers
    }
}
