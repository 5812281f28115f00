// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func providers(_ result: RunResult, hasCharts: Bool) -> HTML? {
        let providers = result.summary.providers.sorted { $0.key < $1.key }
        guard !providers.isEmpty else { return nil }
        return """
            <section id="providers" aria-labelledby="providers-title">
            <h2 id="providers-title">Providers</h2>
            \(hasCharts ? multiples("provider", "Attempts, errors and time-outs per second", result.providerSeries.map(\.provider)) : nil)
            \(providerTable(providers))
            \(answerTable(providers))
            </section>
            """
    }

    /// Small charts of the same kind, one for each name, with one legend.
    static func multiples(_ kind: String, _ title: String, _ names: [String]) -> HTML? {
        guard !names.isEmpty else { return nil }
        let charts = names.enumerated().map { index, name -> HTML in
            """
            <div class="multiple"><h4>\(name)</h4>
            <div class="chart small" data-chart="\(kind)-\(index)" role="img" aria-label="\(title): \(name)"></div></div>
            """
        }
        return """
            <figure>
            <figcaption><h3>\(title)</h3></figcaption>
            <div class="legend" data-legend="\(kind)"></div>
            <div class="multiples">\(charts)</div>
            </figure>
            """
    }

    private static func providerTable(_ providers: [(key: String, value: ProviderSummary)]) -> HTML {
        let rows = providers.map { name, provider -> PageTable.Row in
            let key = SummaryKey("providers") / name
            let counts = [
                Shown.count(key / "attempts", provider.attempts), Shown.count(key / "accepted", provider.accepted),
                Shown.count(key / "errors", provider.errors), Shown.count(key / "timeouts", provider.timeouts),
            ]
            let latency = latencyCells(key / "latency", provider.latency)
            // The answers that were timed, the median, the tail and the extreme.
            return PageTable.Row(["\(name)"] + counts + [latency[2], latency[4], latency[5], latency[7]])
        }
        return PageTable(
            caption: "Attempts at each provider, and the time to its answer",
            columns: [.text("Provider")]
                + ["Attempts", "Accepted", "Errors", "Time-outs", "p50", "p99", "p99.9", "Max"].map(
                    PageTable.Column.number),
            rows: rows
        ).markup
    }

    private static func answerTable(_ providers: [(key: String, value: ProviderSummary)]) -> HTML? {
        var rows: [PageTable.Row] = []
        for (name, provider) in providers {
            let answers = provider.answers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let total = answers.reduce(0) { $0 + $1.value }
            for (index, answer) in answers.enumerated() {
                let key = SummaryKey("providers") / name / "answers" / answer.key
                rows.append(
                    PageTable.Row(
                        [
                            "\(name)", "<code>\(answer.key)</code>", Shown.count(key, answer.value),
                            "\(Figure.share(answer.value, of: total))",
                        ], style: index == 0 ? "first" : nil))
            }
        }
        guard !rows.isEmpty else { return nil }
        return PageTable(
            caption: "Answers, in the providers' own words", style: "answers",
            columns: [.text("Provider"), .text("Answer"), .number("Count"), .number("Share")], rows: rows
        ).markup
    }
}
