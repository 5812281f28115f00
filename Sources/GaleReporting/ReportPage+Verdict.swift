// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func header(_ result: RunResult, _ sections: [Section]) -> HTML {
        let summary = result.summary
        let about: HTML? = result.about.isEmpty ? nil : "<p class=\"about\">\(result.about)</p>"
        let variant: HTML? = result.variant.map { " <span class=\"variant\">variant \($0)</span>" }
        let links = sections.map { section -> HTML in "<a href=\"#\(section.id)\">\(section.title)</a>" }
        return """
            <header>
            <p class="mark" aria-hidden="true">Gale <span>rehearsal</span></p>
            <h1>\(Shown.text(SummaryKey("scenario.name"), summary.scenario.name))\(variant)</h1>
            \(about)
            <nav aria-label="Sections">\(links)</nav>
            </header>
            """
    }

    static func verdict(_ result: RunResult) -> HTML {
        let verdict = result.summary.verdict
        let word = Shown.truth(SummaryKey("verdict.passed"), verdict.passed, verdict.passed ? "Pass" : "Fail")
        return """
            <section id="verdict" class="\(verdict.passed ? "passed" : "failed")" aria-labelledby="verdict-title">
            <div class="banner">
            <h2 id="verdict-title"><span class="sign" aria-hidden="true">\(verdict.passed ? "✓" : "✗")</span>\(word)</h2>
            <div class="reasons">\(reasons(result))</div>
            </div>
            \(keyFigures(result.summary))
            \(expectations(result.summary.expectations))
            </section>
            """
    }

    private static func reasons(_ result: RunResult) -> [HTML] {
        let summary = result.summary
        let failed = summary.expectations.filter { !$0.held }
        var lines: [HTML] = []
        let all = summary.expectations.count
        if failed.isEmpty {
            let everything = all == 1 ? "The one expectation held." : "All \(all) expectations held."
            lines.append("<p>\(all == 0 ? "Nothing was expected." : everything)</p>")
        } else {
            lines.append("<p>\(failed.count) of \(all) \(all == 1 ? "expectation" : "expectations") failed.</p>")
            lines += failed.map { "<p class=\"failure\"><code>\($0.text)</code> was <strong>\($0.value)</strong></p>" }
        }
        lines += summary.violations.map(violation)
        if let recovery = summary.recovery {
            lines.append("<p class=\"\(recovery.fails ? "failure" : "recovery")\">\(recovery.text)</p>")
        }
        if summary.verdict.partial {
            lines.append("<p>The run ended early, so this is about a part of it.</p>")
        }
        if let reason = summary.verdict.reason {
            lines.append("<p>\(Shown.text(SummaryKey("verdict.reason"), reason))</p>")
        }
        let inert = summary.faults.filter(\.inert)
        if !inert.isEmpty {
            let names = inert.map(\.name).joined(separator: ", ")
            lines.append("<p class=\"warning\">Inert, so nothing was rehearsed there: \(names).</p>")
        }
        return lines
    }

    private static func violation(_ violation: ViolationSummary) -> HTML {
        let message: HTML? = violation.message.map { " Message <code>\($0)</code>." }
        let times: HTML? = violation.count > 1 ? " \(Figure.count(violation.count)) times." : nil
        let name: HTML = "<code>\(violation.invariant.rawValue)</code>"
        let time = Figure.seconds(violation.atSeconds)
        return """
            <p class="failure">Invariant \(name) violated at \(time): <strong>\(violation.cause)</strong>.\(message)\(times)</p>
            """
    }

    private static func keyFigures(_ summary: RunSummary) -> HTML {
        let ledger = SummaryKey("ledger")
        let undelivered = Figure.short(Double(summary.ledger.undelivered))
        let share = Figure.share(summary.ledger.undelivered, of: summary.ledger.submitted)
        let p99 = summary.latency["all"].map {
            Shown.seconds(SummaryKey("latency") / "all" / "p99", $0.p99)
        }
        let simulated = Shown.stretch(SummaryKey("simulatedSeconds"), summary.simulatedSeconds)
        var figures: [(HTML, String, HTML)] = [
            (Shown.short(ledger / "submitted", summary.ledger.submitted), "notifications", "in \(simulated)"),
            ("\(undelivered)", "undelivered", "\(share) of them"),
            (p99 ?? "\(Figure.absent)", "p99 latency", "of what was delivered"),
            (
                Shown.ratio(SummaryKey("amplification"), summary.amplification), "amplification",
                "\(Shown.short(SummaryKey("attempts"), summary.attempts)) attempts"
            ),
            (Shown.short(ledger / "lost", summary.ledger.lost), "lost", "gone without anyone knowing"),
        ]
        if let work = work(summary) { figures[3] = work }
        let tiles = figures.map { value, name, note -> HTML in
            "<div><dt>\(name)</dt><dd><strong>\(value)</strong> <small>\(note)</small></dd></div>"
        }
        return "<dl class=\"tiles\">\(tiles)</dl>"
    }

    /// Of a pipeline that sends nothing to anybody: what stands in the place of attempts at providers, if it works on tasks.
    private static func work(_ summary: RunSummary) -> (HTML, String, HTML)? {
        let jobs = summary.stages.values.compactMap(\.jobs)
        guard summary.providers.isEmpty, !jobs.isEmpty else { return nil }
        let leases = jobs.reduce(0) { $0 + $1.leases }
        let tasks = jobs.reduce(0) { $0 + $1.enqueued }
        let note: HTML = "\(Figure.short(Double(leases))) leases of \(Figure.short(Double(tasks))) tasks"
        return ("\(Figure.ratio(Double(leases) / Double(max(1, tasks))))", "leases a task", note)
    }

    private static func expectations(_ expectations: [ExpectationSummary]) -> HTML? {
        guard !expectations.isEmpty else { return nil }
        let rows = expectations.enumerated().map { index, expectation -> PageTable.Row in
            let key = SummaryKey("expectations") / index
            let implied: HTML? = expectation.implied ? " <small>always expected</small>" : nil
            return PageTable.Row(
                [
                    Shown.truth(key / "held", expectation.held, expectation.held ? "✓ held" : "✗ failed"),
                    "<code>\(Shown.text(key / "text", expectation.text))</code>\(implied)",
                    Shown.text(key / "value", expectation.value),
                ], style: expectation.held ? "held" : "broken")
        }
        return PageTable(
            caption: "What was expected, and what was measured", style: "expectations",
            columns: [.text("Result"), .text("Expectation"), .number("Measured")], rows: rows
        ).markup
    }
}
