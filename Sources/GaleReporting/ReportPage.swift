// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `report.html`: one file that opens without a network.
///
/// The verdict, the tables and every number are markup; the page's script draws the charts from the JSON that the page
/// carries. Style sheet and script are the files in `Page/`.
public enum ReportPage {
    /// - Parameter chartLibrary: the text of `echarts.min.js`; nil leaves the tables and says how to get the charts.
    public static func render(_ result: RunResult, chartLibrary: String?) -> String {
        let hasCharts = chartLibrary != nil
        let sections: [Section] = [
            Section("verdict", "Verdict", verdict(result)),
            Section("latency", "Latency", latency(result, hasCharts: hasCharts)),
            Section("flow", "Throughput", flow(result, hasCharts: hasCharts)),
            Section("ledger", "Ledger", ledger(result)),
            Section("providers", "Providers", providers(result, hasCharts: hasCharts)),
            Section("stages", "Stages", stages(result, hasCharts: hasCharts)),
            Section("faults", "Faults", faults(result)),
            Section("provenance", "Provenance", provenance(result)),
        ].compactMap { $0 }
        let page: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <title>\(title(result))</title>
            <link rel="icon" href="data:,">
            <style>\(trusted(PackageResources.report_css))</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the verdict</a>
            \(header(result, sections))
            <main id="main">
            \(sections[0].markup)
            \(hasCharts ? nil : missingCharts)
            \(sections.dropFirst().map(\.markup))
            </main>
            <footer><p>Written by Gale. This file needs no network\(hasCharts ? chartNotice : "" as HTML).</p></footer>
            <script type="application/json" id="run">\(data(result))</script>
            \(chartLibrary.map(library))
            <script>\(trusted(PackageResources.report_js))</script>
            </body>
            </html>

            """
        return page.text
    }

    /// A part of the page that its navigation leads to.
    struct Section {
        let id: String
        let title: String
        let markup: HTML

        /// Nil when there is nothing to show.
        init?(_ id: String, _ title: String, _ markup: HTML?) {
            guard let markup else { return nil }
            self.id = id
            self.title = title
            self.markup = markup
        }
    }

    /// Nothing may be fetched from anywhere, whatever a name on the page tries.
    private static let policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        + "form-action 'none'"

    private static let chartNotice: HTML = "; its charts are drawn by Apache ECharts (Apache-2.0)"

    private static let missingCharts: HTML = """
        <aside class="notice" id="charts-missing"><h2>The charts are missing</h2>
        <p>The chart library was not there when this report was written. <code>Scripts/fetch-echarts</code> fetches it;
        the command at the end of this page then writes the report again, with charts. Every number is in the tables.</p>
        </aside>
        """

    private static func title(_ result: RunResult) -> String {
        let verdict = result.summary.verdict.passed ? "Pass" : "Fail"
        return "\(verdict) · \(result.summary.scenario.name) · Gale"
    }

    private static func trusted(_ bytes: [UInt8]) -> HTML { HTML(trusted: String(decoding: bytes, as: UTF8.self)) }

    /// The whole result but its checkpoints, which only `checkpoints.csv` needs. Without `<` no text can end the element.
    private static func data(_ result: RunResult) -> HTML {
        var drawn = result
        drawn.checkpoints = []
        let json = JSONText.compact(drawn)
        return HTML(trusted: json.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c"))
    }

    /// The library's own notice begins its text, and stays there.
    private static func library(_ text: String) -> HTML {
        var inert = text.split(separator: "</", omittingEmptySubsequences: false).joined(separator: "<\\/")
        inert = inert.split(separator: "<!--", omittingEmptySubsequences: false).joined(separator: "<\\!--")
        return HTML(
            trusted: """
                <!-- Apache ECharts 6.0.0, Copyright 2017-2025 The Apache Software Foundation, licensed under the Apache License, Version 2.0.
                It includes zrender, Copyright (c) Baidu Inc. and contributors, licensed under the BSD 3-Clause License. -->
                <script id="charts">\(inert)</script>
                """)
    }
}
