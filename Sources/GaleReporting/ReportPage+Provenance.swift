// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func provenance(_ result: RunResult) -> HTML {
        """
        <section id="provenance" aria-labelledby="provenance-title">
        <h2 id="provenance-title">Provenance</h2>
        <div class="command"><p id="command-title">This command gives the same result again, byte for byte:</p>
        <pre tabindex="0" aria-labelledby="command-title"><code id="command">\(result.reproduction)</code></pre>
        <button type="button" id="copy" hidden>Copy</button>
        <span id="copied" role="status"></span></div>
        <div class="pair">
        \(list("The run", identity(result.summary)))
        \(list("This machine", machine(result.timing)))
        </div>
        </section>
        """
    }

    private static func list(_ title: String, _ entries: [(String, HTML)]) -> HTML {
        let rows = entries.map { name, value -> HTML in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
        return "<div class=\"facts\"><h3>\(title)</h3><dl>\(rows)</dl></div>"
    }

    private static func identity(_ summary: RunSummary) -> [(String, HTML)] {
        let operations = SummaryKey("operations")
        return [
            ("Seed", "\(exactly("seed", "\(summary.seed)"))"),
            ("Engine version", "\(exactly("version", summary.version))"),
            ("Result schema", "\(exactly("schema", summary.schema))"),
            ("Scenario fingerprint", "\(exactly("scenario.fingerprint", summary.scenario.fingerprint))"),
            ("Trajectory digest", "\(exactly("digest.trajectory", summary.digest.trajectory))"),
            ("Outcome digest", "\(exactly("digest.outcome", summary.digest.outcome))"),
            ("Events", Shown.count(SummaryKey("events"), summary.events)),
            ("Queue operations", Shown.count(operations / "queue", summary.operations.queue)),
            ("Lane operations", Shown.count(operations / "lanes", summary.operations.lanes)),
            ("Most unsettled at once", Shown.count(SummaryKey("peakUnsettled"), summary.peakUnsettled)),
        ]
    }

    private static func exactly(_ key: String, _ text: String) -> HTML {
        "<code>\(Shown.text(SummaryKey(key), text))</code>"
    }

    private static func machine(_ timing: RunTiming) -> [(String, HTML)] {
        [
            ("Wall time", "\(Figure.seconds(timing.wallSeconds))"),
            ("Notifications per second", "\(Figure.short(timing.messagesPerSecond.rounded()))"),
            ("Events per second", "\(Figure.short(timing.eventsPerSecond.rounded()))"),
            ("Peak memory", "\(Figure.bytes(timing.peakMemoryBytes))"),
            ("Memory before the run", "\(Figure.bytes(timing.idleMemoryBytes))"),
        ]
    }
}
