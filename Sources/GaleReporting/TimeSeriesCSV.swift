// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `timeseries.csv`: a line per slot, a column per series, such as `channel.push.p99`. Times are in seconds; a percentile is
/// empty where its slot has no sample, or where it falls on a message that was never delivered.
public enum TimeSeriesCSV {
    public static func text(_ result: RunResult) -> String {
        let columns = self.columns(of: result)
        let slots = columns.map(\.cells.count).max() ?? 0
        var text = CSV.line(["seconds"] + columns.map(\.name))
        for slot in 0..<slots {
            let start = "\(Double(slot) * result.slotSeconds)"
            text += CSV.line([start] + columns.map { slot < $0.cells.count ? $0.cells[slot] : "" })
        }
        return text
    }

    private struct Column {
        let name: String
        let cells: [String]

        init(_ name: String, _ counts: [Int64]) {
            self.name = name
            cells = counts.map(String.init)
        }

        init(_ name: String, _ seconds: [Double?]) {
            self.name = name
            cells = seconds.map { $0.map { "\($0)" } ?? "" }
        }
    }

    private static func columns(of result: RunResult) -> [Column] {
        var columns: [Column] = []
        for series in result.channelSeries {
            let name = "channel.\(series.channel)."
            columns += [
                Column(name + "submitted", series.submitted), Column(name + "delivered", series.delivered),
                Column(name + "undelivered", series.undelivered), Column(name + "throughput", series.throughput),
                Column(name + "p50", series.p50), Column(name + "p99", series.p99), Column(name + "p999", series.p999),
            ]
        }
        for series in result.providerSeries {
            let name = "provider.\(series.provider)."
            columns += [
                Column(name + "attempts", series.attempts), Column(name + "errors", series.errors),
                Column(name + "timeouts", series.timeouts),
            ]
        }
        for series in result.topicSeries { columns.append(Column("topic.\(series.topic).backlog", series.backlog)) }
        for series in result.storeSeries {
            let name = "store.\(series.store)."
            columns += [Column(name + "calls", series.calls), Column(name + "errors", series.errors)]
        }
        return columns
    }
}
