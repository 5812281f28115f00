// SPDX-License-Identifier: GPL-3.0-or-later

/// Latency of what was delivered, in seconds; nil where nothing was.
public struct LatencySummary: Codable, Equatable, Sendable {
    public var count: Int64
    public var mean, p50, p90, p99, p999, p9999, max: Double?

    public init(
        count: Int64, mean: Double?, p50: Double?, p90: Double?, p99: Double?, p999: Double?, p9999: Double?,
        max: Double?
    ) {
        self.count = count
        self.mean = mean
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
        self.p999 = p999
        self.p9999 = p9999
        self.max = max
    }
}
