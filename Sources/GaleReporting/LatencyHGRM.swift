// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments

/// `latency.hgrm`: the latency of all channels in HdrHistogram's percentile format, in milliseconds, as its plotter reads it.
///
/// The footer leaves out the standard deviation and the bucket counts, which a result does not have; readers skip
/// lines that begin with `#`.
public enum LatencyHGRM {
    public static func text(_ result: RunResult) -> String {
        let points = result.distributions.first { $0.name == "all" }?.points ?? []
        var text = padded("Value", 12) + " " + padded("Percentile", 14) + " " + padded("TotalCount", 10)
        text += " 1/(1-Percentile)\n\n"
        for point in points { text += line(point) }
        let latency = result.summary.latency["all"]
        text += "#[Mean    = \(number(latency?.mean))]\n"
        text += "#[Max     = \(number(latency?.max)), Total count    = \(padded("\(latency?.count ?? 0)", 12))]\n"
        return text
    }

    private static func line(_ point: RunResult.LatencyDistribution.Point) -> String {
        var text = number(point.seconds) + " " + String(format: "%.12f", point.quantile)
        text += " " + padded("\(point.count)", 10)
        if point.quantile < 1 { text += " " + padded(String(format: "%.2f", 1 / (1 - point.quantile)), 14) }
        return text + "\n"
    }

    /// Milliseconds; nanoseconds are its sixth decimal.
    private static func number(_ seconds: Double?) -> String {
        padded(String(format: "%.6f", (seconds ?? 0) * 1000), 12)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
