// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Envoy's outlier detector by naive means: every sweep is made, and every list is drawn up.
struct OutlierModel {
    struct Host {
        var consecutive = 0
        var outcomes: [Bool] = []
        var multiplier: Int64 = 0
        var ejectedAt: Int64?
        var returnedAt: Int64?
    }

    let policy: OutlierPolicy
    var hosts: [Host]
    var nextSweep: Int64

    init(_ policy: OutlierPolicy, hosts count: Int) {
        self.policy = policy
        hosts = Array(repeating: Host(), count: count)
        nextSweep = policy.interval.nanoseconds
    }

    var ejected: Set<Int> { Set(hosts.indices.filter { hosts[$0].ejectedAt != nil }) }

    mutating func eject(_ index: Int, at now: Int64) {
        let active = ejected.count
        let share = Double(active + 1) / Double(hosts.count) * 1_000_000
        guard active == 0 || share <= Double(policy.maximumEjectedMicros) else { return }
        hosts[index].ejectedAt = now
        let most = max(policy.maximumEjection.nanoseconds, policy.ejection.nanoseconds)
        if hosts[index].multiplier * policy.ejection.nanoseconds < most + policy.ejection.nanoseconds {
            hosts[index].multiplier += 1
        }
    }

    mutating func pass(to now: Int64) {
        while now >= nextSweep {
            sweep(at: nextSweep)
            nextSweep += policy.interval.nanoseconds
        }
    }

    private mutating func sweep(at now: Int64) {
        let most = max(policy.maximumEjection.nanoseconds, policy.ejection.nanoseconds)
        for index in hosts.indices {
            guard let since = hosts[index].ejectedAt else { continue }
            if min(policy.ejection.nanoseconds * hosts[index].multiplier, most) <= now - since {
                hosts[index].ejectedAt = nil
                hosts[index].consecutive = 0
                hosts[index].returnedAt = now
            }
        }
        var rates: [(host: Int, rate: Double, volume: Int)] = []
        for index in hosts.indices where hosts[index].ejectedAt == nil && !hosts[index].outcomes.isEmpty {
            let outcomes = hosts[index].outcomes
            rates.append((index, Double(outcomes.count { $0 }) * 100 / Double(outcomes.count), outcomes.count))
        }
        for index in hosts.indices { hosts[index].outcomes = [] }
        if let rule = policy.successRate {
            let valid = rates.filter { $0.volume >= rule.minimumCalls }
            if !valid.isEmpty, valid.count >= rule.minimumHosts {
                let mean = valid.reduce(0) { $0 + $1.rate } / Double(valid.count)
                let variance = valid.reduce(0) { $0 + ($1.rate - mean) * ($1.rate - mean) } / Double(valid.count)
                let threshold = mean - Double(rule.factorThousandths) / 1_000 * variance.squareRoot()
                for host in valid where host.rate < threshold { eject(host.host, at: now) }
            }
        }
        if let rule = policy.failurePercentage {
            let valid = rates.filter { $0.volume >= rule.minimumCalls }
            if !valid.isEmpty, valid.count >= rule.minimumHosts {
                for host in valid
                where (100 - host.rate) * 10_000 >= Double(rule.thresholdMicros) - 0.001
                    && hosts[host.host].ejectedAt == nil
                {
                    eject(host.host, at: now)
                }
            }
        }
        for index in hosts.indices where hosts[index].ejectedAt == nil {
            if let returned = hosts[index].returnedAt, now - returned >= policy.interval.nanoseconds {
                hosts[index].multiplier = max(0, hosts[index].multiplier - 1)
            }
        }
    }

    mutating func record(_ index: Int, failure: Bool, at now: Int64) {
        pass(to: now)
        hosts[index].outcomes.append(!failure)
        if !failure { return hosts[index].consecutive = 0 }
        hosts[index].consecutive += 1
        if hosts[index].consecutive == policy.consecutive, hosts[index].ejectedAt == nil {
            eject(index, at: now)
            hosts[index].consecutive = 0
        }
    }
}
