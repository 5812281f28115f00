// SPDX-License-Identifier: Apache-2.0

/// Finds and ejects the outliers among the hosts of one route (Envoy `outlier_detection_impl.cc`).
///
/// Consecutive failures eject at once. Every interval a *sweep* first lets those return whose time is over, then judges the
/// rates of the interval just past, then makes the next ejection of each host that has behaved shorter again.
///
/// Sweeps happen when somebody asks, each with the time at which it was due: nothing can differ meanwhile.
///
/// - Complexity: O(1) a call but for sweeps, O(hosts) a sweep; sweeps that would change nothing are passed over.
package struct OutlierDetector {
    private struct Host {
        var consecutive: Int64 = 0
        /// Of the current interval.
        var calls: Int64 = 0
        var successes: Int64 = 0
        /// The next ejection lasts one more than this times the base.
        var multiplier: Int64 = 0
        var ejectedAt: Int64 = 0
        var returnedAt: Int64 = 0
        var hasReturned = false
    }

    private static let longest = Int64.max / 4

    package let hostCount: Int
    /// Bit i: host i is ejected.
    package private(set) var ejected: UInt32
    /// Bit i: host i may be used. All may when too few would be left.
    package private(set) var usable: UInt32
    private let all: UInt32
    /// When the next sweep is due.
    private var nextSweep: Int64
    private let hosts: UnsafeMutablePointer<Host>
    private let policy: OutlierPolicy
    private let interval: Int64
    private let base: Int64
    private let maximum: Int64
    /// Ejections so far.
    package private(set) var ejections: Int64
    /// Ejections that the limit on ejected hosts prevented.
    package private(set) var prevented: Int64

    /// - Parameter hostCount: 1 to 32.
    package init(_ policy: OutlierPolicy, hostCount: Int, now: Int64 = 0) {
        precondition(hostCount > 0 && hostCount <= 32, "hosts are the bits of a word")
        self.policy = policy
        self.hostCount = hostCount
        all = hostCount == 32 ? .max : (1 << UInt32(hostCount)) - 1
        usable = all
        ejected = 0
        interval = min(max(1, policy.interval.nanoseconds), Self.longest)
        base = min(max(1, policy.ejection.nanoseconds), Self.longest)
        maximum = min(max(base, policy.maximumEjection.nanoseconds), Self.longest)
        nextSweep = now + interval
        hosts = .allocate(capacity: hostCount)
        hosts.initialize(repeating: Host(), count: hostCount)
        ejections = 0
        prevented = 0
    }

    package func deallocate() { hosts.deallocate() }

    /// The hosts that may be used now, as bits.
    @inline(__always)
    package mutating func usable(at now: Int64) -> UInt32 {
        if now >= nextSweep { catchUp(to: now) }
        return usable
    }

    /// A call to a host has ended.
    package mutating func record(host index: Int, failure: Bool, at now: Int64) {
        if now >= nextSweep { catchUp(to: now) }
        let host = hosts + index
        host.pointee.calls += 1
        if !failure {
            host.pointee.successes += 1
            host.pointee.consecutive = 0
            return
        }
        host.pointee.consecutive += 1
        if policy.consecutive > 0, host.pointee.consecutive == Int64(policy.consecutive), !isEjected(index) {
            eject(index, at: now)
            host.pointee.consecutive = 0
        }
    }

    @inline(__always)
    package func isEjected(_ host: Int) -> Bool { ejected & (1 << UInt32(host)) != 0 }

    /// When a host that may not be used now may be again: the sweep at which its ejection is over.
    package func returnTime(of host: Int) -> Int64 {
        if !isEjected(host) { return nextSweep }
        let over = hosts[host].ejectedAt + ejectionTime(hosts[host])
        if over <= nextSweep { return nextSweep }
        return nextSweep + (over - nextSweep + interval - 1) / interval * interval
    }

    private func ejectionTime(_ host: Host) -> Int64 {
        let (time, overflow) = base.multipliedReportingOverflow(by: host.multiplier)
        return overflow ? maximum : min(time, maximum)
    }

    private mutating func eject(_ index: Int, at now: Int64) {
        let active = Int64(ejected.nonzeroBitCount)
        guard active == 0 || (active + 1) * 1_000_000 <= policy.maximumEjectedMicros * Int64(hostCount) else {
            prevented += 1
            return
        }
        ejected |= 1 << UInt32(index)
        ejections += 1
        let host = hosts + index
        host.pointee.ejectedAt = now
        if host.pointee.multiplier <= maximum / base { host.pointee.multiplier += 1 }
        noteUsable()
    }

    private mutating func noteUsable() {
        let left = Int64(hostCount - ejected.nonzeroBitCount)
        usable = left * 1_000_000 < policy.panicMicros * Int64(hostCount) || left == 0 ? all : all & ~ejected
    }

    /// All sweeps that were due until now.
    @inline(never)
    private mutating func catchUp(to now: Int64) {
        while now >= nextSweep {
            sweep(at: nextSweep)
            nextSweep += interval
            passIdleSweeps(to: now)
        }
    }

    /// Passes over the sweeps at which nothing is to be judged and nobody returns, but for shorter next ejections.
    private mutating func passIdleSweeps(to now: Int64) {
        var until = now
        for index in 0..<hostCount {
            if hosts[index].calls > 0 { return }
            if isEjected(index) { until = min(until, returnTime(of: index) - 1) }
        }
        guard until >= nextSweep else { return }
        let passed = (until - nextSweep) / interval + 1
        for index in 0..<hostCount where !isEjected(index) && hosts[index].hasReturned {
            // A host that has returned at the last sweep has an interval behind it at the next.
            hosts[index].multiplier -= min(passed, hosts[index].multiplier)
        }
        nextSweep += passed * interval
    }

    private mutating func sweep(at now: Int64) {
        for index in 0..<hostCount where isEjected(index) && ejectionTime(hosts[index]) <= now - hosts[index].ejectedAt
        {
            ejected &= ~(1 << UInt32(index))
            hosts[index].consecutive = 0
            hosts[index].returnedAt = now
            hosts[index].hasReturned = true
        }
        noteUsable()
        judge(at: now)
        for index in 0..<hostCount {
            hosts[index].calls = 0
            hosts[index].successes = 0
            if !isEjected(index), hosts[index].hasReturned, now - hosts[index].returnedAt >= interval,
                hosts[index].multiplier > 0
            {
                hosts[index].multiplier -= 1
            }
        }
    }

    /// Ejects by the rates of the interval just past; hosts that are ejected, or were hardly called, are left out.
    private mutating func judge(at now: Int64) {
        let atLeast = min(
            policy.successRate?.minimumHosts ?? .max, policy.failurePercentage?.minimumHosts ?? .max)
        if hostCount < atLeast { return }
        var judged: UInt32 = 0  // Envoy draws up both lists before it ejects anybody.
        for index in 0..<hostCount where !isEjected(index) && hosts[index].calls > 0 { judged |= 1 << UInt32(index) }
        if let rule = policy.successRate { judgeSuccessRate(rule, among: judged, at: now) }
        if let rule = policy.failurePercentage { judgeFailures(rule, among: judged, at: now) }
    }

    private mutating func judgeSuccessRate(_ rule: OutlierPolicy.SuccessRate, among judged: UInt32, at now: Int64) {
        var count = 0.0
        var sum = 0.0
        for index in 0..<hostCount where counts(index, among: judged, atLeast: rule.minimumCalls) {
            count += 1
            sum += successRate(index)
        }
        if count == 0 || count < Double(rule.minimumHosts) { return }
        let mean = sum / count
        var variance = 0.0
        for index in 0..<hostCount where counts(index, among: judged, atLeast: rule.minimumCalls) {
            let difference = successRate(index) - mean
            variance += difference * difference
        }
        variance /= count
        let threshold = mean - Double(rule.factorThousandths) / 1_000 * variance.squareRoot()
        for index in 0..<hostCount
        where counts(index, among: judged, atLeast: rule.minimumCalls) && successRate(index) < threshold {
            eject(index, at: now)
        }
    }

    private mutating func judgeFailures(_ rule: OutlierPolicy.FailurePercentage, among judged: UInt32, at now: Int64) {
        var count = 0
        for index in 0..<hostCount where counts(index, among: judged, atLeast: rule.minimumCalls) { count += 1 }
        if count == 0 || count < rule.minimumHosts { return }
        for index in 0..<hostCount
        where counts(index, among: judged, atLeast: rule.minimumCalls) && !isEjected(index) {
            let failures = hosts[index].calls - hosts[index].successes
            if failures * 1_000_000 >= rule.thresholdMicros * hosts[index].calls { eject(index, at: now) }
        }
    }

    private func counts(_ index: Int, among judged: UInt32, atLeast minimum: Int) -> Bool {
        judged & (1 << UInt32(index)) != 0 && hosts[index].calls >= Int64(minimum)
    }

    /// In percent, as Envoy computes it.
    private func successRate(_ index: Int) -> Double {
        Double(hosts[index].successes) * 100 / Double(hosts[index].calls)
    }
}
