// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func flow(_ result: RunResult, hasCharts: Bool) -> HTML? {
        guard hasCharts else { return nil }
        let throughput = Chart(
            id: "throughput", title: "Throughput",
            note: """
                Deliveries per second by the clock, stacked; what was submitted; and what was sent then but never \
                delivered.
                """,
            label: "Stacked areas of deliveries per second and channel over simulated time, with what was submitted")
        let backlog = Chart(
            id: "backlog", title: "Backlog",
            note: "Messages that were appended to a topic and not yet taken, at the end of each slot.",
            label: "Line chart of the backlog of every topic over simulated time")
        return """
            <section id="flow" aria-labelledby="flow-title">
            <h2 id="flow-title">Throughput and backlog</h2>
            \(throughput.markup)
            \(result.topicSeries.isEmpty ? nil : backlog.markup)
            </section>
            """
    }

    static func ledger(_ result: RunResult) -> HTML {
        let ledger = result.summary.ledger
        let key = SummaryKey("ledger")
        let hasProviders = !result.summary.providers.isEmpty
        var rows = LedgerEntry.all.map { entry -> PageTable.Row in
            let count = ledger[keyPath: entry.path]
            return PageTable.Row(
                [
                    "\(entry.name)", Shown.count(key / entry.key, count),
                    "\(Figure.share(count, of: ledger.submitted))",
                    bar(count, of: ledger.submitted),
                    "<small>\(hasProviders ? entry.meaning : entry.meaningWithoutProviders)</small>",
                ], style: entry.isPart ? nil : "beside")
        }
        let submitted = PageTable.Row(
            [
                "submitted", Shown.count(key / "submitted", ledger.submitted), "", "",
                "<small>the sum of all but the duplicates</small>",
            ], style: "sum")
        rows.insert(submitted, at: rows.count - 1)
        let table = PageTable(
            caption: hasProviders
                ? "What became of the notifications, by the providers' truth" : "What became of all that was submitted",
            style: "ledger",
            columns: [.text("Entry"), .number("Count"), .number("Share"), .text(""), .text("Meaning")], rows: rows)
        return """
            <section id="ledger" aria-labelledby="ledger-title">
            <h2 id="ledger-title">Ledger</h2>
            \(table.markup)
            </section>
            """
    }

    /// A bar as long as the share; a thousandth of the width when the share is smaller, but not nothing.
    private static func bar(_ count: Int64, of whole: Int64) -> HTML {
        guard count > 0, whole > 0 else { return "" }
        let thousandths = Int(min(1000, max(1, Double(count) / Double(whole) * 1000)))
        return "<span class=\"bar\" style=\"--share: \(thousandths)\" aria-hidden=\"true\"></span>"
    }
}
