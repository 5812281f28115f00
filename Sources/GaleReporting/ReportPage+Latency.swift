// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func latency(_ result: RunResult, hasCharts: Bool) -> HTML {
        let overTime = Chart(
            id: "latency-over-time", title: "Percentiles over time",
            note: """
                By intended send time. A gap means that nothing was sent then, or that the percentile falls on a \
                notification that was never delivered.
                """,
            label: "Line chart of the latency percentiles p50, p99 and p99.9 of one channel over simulated time")
        let distribution = Chart(
            id: "latency-distribution", title: "Distribution",
            note: "Of what was delivered. Every step to the right is ten times rarer.",
            label: "Percentile plot of latency, with an axis of nines")
        let breakdown = Chart(
            id: "latency-breakdown", title: "Where the time went",
            note: "Mean time that a delivered notification spent in each place.",
            label: "Stacked bars of mean latency by place, one bar per channel")
        return """
            <section id="latency" aria-labelledby="latency-title">
            <h2 id="latency-title">Latency</h2>
            \(hasCharts ? overTime.markup : nil)
            \(latencyTable(result.summary))
            <div class="pair">
            \(hasCharts ? distribution.markup : nil)
            \(hasCharts && !result.breakdown.isEmpty ? breakdown.markup : nil)
            </div>
            \(breakdownTable(result.breakdown))
            </section>
            """
    }

    private static func latencyTable(_ summary: RunSummary) -> HTML {
        let rows = ChannelOrder.sorted(summary.latency).map { name, latency in
            PageTable.Row(["\(name)"] + latencyCells(SummaryKey("latency") / name, latency))
        }
        return PageTable(
            caption: "Latency of what was delivered, from the intended send time",
            columns: [.text("Channel")] + latencyColumns("Delivered"), rows: rows
        ).markup
    }

    static func latencyColumns(_ count: String) -> [PageTable.Column] {
        [count, "Mean", "p50", "p90", "p99", "p99.9", "p99.99", "Max"].map(PageTable.Column.number)
    }

    static func latencyCells(_ key: SummaryKey, _ latency: LatencySummary) -> [HTML] {
        [
            Shown.count(key / "count", latency.count), Shown.seconds(key / "mean", latency.mean),
            Shown.seconds(key / "p50", latency.p50), Shown.seconds(key / "p90", latency.p90),
            Shown.seconds(key / "p99", latency.p99), Shown.seconds(key / "p999", latency.p999),
            Shown.seconds(key / "p9999", latency.p9999), Shown.seconds(key / "max", latency.max),
        ]
    }

    private static func breakdownTable(_ breakdown: [RunResult.ChannelBreakdown]) -> HTML? {
        guard let first = breakdown.first else { return nil }
        let rows = breakdown.map { channel in
            PageTable.Row(["\(channel.channel)"] + channel.spans.map { "\(Figure.seconds($0.meanSeconds))" })
        }
        let table = PageTable(
            caption: "Where the time went: mean of what was delivered",
            columns: [.text("Channel")] + first.spans.map { .number($0.name) }, rows: rows)
        return "<details><summary>Where the time went, as a table</summary>\(table.markup)</details>"
    }
}
