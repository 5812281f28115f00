// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What a person sees at the end of `gale run`: the first screen answers the question that was asked.
public enum ConsoleReport {
    /// - Parameters:
    ///   - colour: with ANSI colours, for a terminal.
    ///   - folder: where the report was written; nil when none was.
    public static func text(_ result: RunResult, colour: Bool, folder: String?) -> String {
        let pen = Pen(colour: colour)
        var lines = [headline(result, pen)]
        if let reason = result.summary.verdict.reason { lines.append("      " + pen.paint(reason, .yellow)) }
        if let recovery = result.summary.recovery {
            lines.append("      " + (recovery.fails ? pen.paint(recovery.text, .red) : recovery.text))
        }
        lines += violations(result, pen)
        lines += [""] + expectations(result.summary.expectations, pen)
        lines += ["", ledger(result.summary.ledger, pen), effort(result, pen), ""] + latency(result.summary, pen)
        lines += jobs(result.summary.stages, pen)
        if !result.summary.faults.isEmpty { lines += [""] + faults(result.summary, pen) }
        lines += ["", pen.paint("Reproduce  ", .faint) + result.reproduction]
        if let folder { lines.append(pen.paint("Report     ", .faint) + path(folder)) }
        return lines.map { printable($0, colour: colour) }.joined(separator: "\n") + "\n"
    }

    /// A line without control characters, which a name or an answer could carry, but with the colours.
    private static func printable(_ line: String, colour: Bool) -> String {
        var text = ""
        for scalar in line.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            text.unicodeScalars.append(isControl && !(colour && scalar == "\u{1b}") ? "\u{fffd}" : scalar)
        }
        return text
    }

    private static func path(_ folder: String) -> String {
        folder + (folder.hasSuffix("/") ? "" : "/") + "report.html"
    }

    private static func headline(_ result: RunResult, _ pen: Pen) -> String {
        let summary = result.summary
        let held = summary.expectations.filter(\.held).count
        let word = summary.verdict.passed ? pen.paint("PASS", .pass) : pen.paint("FAIL", .fail)
        var parts = [summary.scenario.name + (result.variant.map { " (variant \($0))" } ?? "")]
        parts.append("\(held) of \(Readable.counted(summary.expectations.count, "expectation")) held")
        parts.append(Figure.notifications(summary.ledger.submitted))
        parts.append("\(Figure.stretch(summary.simulatedSeconds)) simulated")
        if summary.verdict.partial { parts.append(pen.paint("ended early", .yellow)) }
        return word + "  " + parts.joined(separator: " · ")
    }

    /// Each with the message that showed it, and how to see that message's story.
    private static func violations(_ result: RunResult, _ pen: Pen) -> [String] {
        result.summary.violations.flatMap { violation -> [String] in
            let message = violation.message.map { "message \($0), " } ?? ""
            let times = violation.count > 1 ? "; \(Figure.count(violation.count)) times" : ""
            let head = "  " + pen.paint("✗", .red) + " invariant " + pen.paint(violation.invariant.rawValue, .red)
            let line = head + ": \(violation.cause)  (\(message)at \(Figure.seconds(violation.atSeconds))\(times))"
            let replay = violation.message.flatMap { ReplayLine.text(result.reproduction, message: $0) }
            return [line] + (replay.map { [pen.paint("      story  ", .faint) + $0] } ?? [])
        }
    }

    private static func expectations(_ expectations: [ExpectationSummary], _ pen: Pen) -> [String] {
        guard !expectations.isEmpty else { return ["  nothing was expected"] }
        let texts = expectations.map { $0.text + ($0.implied ? "  (always expected)" : "") }
        let width = texts.map(\.count).max() ?? 0
        return zip(expectations, texts).map { expectation, text in
            let mark = expectation.held ? pen.paint("✓", .green) : pen.paint("✗", .red)
            let value = expectation.held ? expectation.value : pen.paint(expectation.value, .red)
            return "  \(mark) \(Columns.left(text, width))  \(value)"
        }
    }

    private static func ledger(_ ledger: LedgerSummary, _ pen: Pen) -> String {
        var parts = ["\(Figure.count(ledger.delivered)) delivered"]
        for entry in LedgerEntry.all where entry.isPart && entry.key != "delivered" {
            let count = ledger[keyPath: entry.path]
            if count > 0 { parts.append("\(Figure.count(count)) \(entry.name)") }
        }
        let sum = "\(Figure.count(ledger.submitted)) submitted = " + parts.joined(separator: " + ")
        return pen.paint("Ledger     ", .faint) + sum + "; \(Readable.counted(ledger.duplicates, "duplicate"))"
            + (ledger.misordered.map { ", \(Figure.count($0)) out of order" } ?? "")
    }

    private static func effort(_ result: RunResult, _ pen: Pen) -> String {
        let summary = result.summary
        let timing = result.timing
        let attempts =
            summary.providers.isEmpty
            ? ""
            : "\(Readable.counted(summary.attempts, "attempt")), amplification \(Figure.ratio(summary.amplification)); "
        return pen.paint("Effort     ", .faint) + attempts
            + "\(Figure.short(Double(summary.events))) events in \(Figure.seconds(timing.wallSeconds)) of wall time, "
            + "\(Figure.short(timing.messagesPerSecond.rounded())) notifications/s"
    }

    private static func latency(_ summary: RunSummary, _ pen: Pen) -> [String] {
        var rows = [["Latency", "count", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "max"]]
        for (name, row) in ChannelOrder.sorted(summary.latency) {
            rows.append(
                [name, Figure.count(row.count)]
                    + [row.mean, row.p50, row.p90, row.p99, row.p999, row.p9999, row.max].map(Figure.seconds))
        }
        let lines = Columns.table(rows)
        return [pen.paint(lines[0], .faint)] + lines.dropFirst()
    }

    private static func jobs(_ stages: [String: StageSummary], _ pen: Pen) -> [String] {
        let rows = stages.sorted { $0.key < $1.key }.compactMap { name, stage in
            stage.jobs.map { jobs in
                [name]
                    + [
                        jobs.completed, jobs.leases, jobs.retries, jobs.leasesLost, jobs.fencedCompletions,
                        jobs.unfencedCompletions, jobs.refused, jobs.dead,
                    ].map(Figure.count) + [jobs.waitOfMedianTenant, jobs.waitOfWorstTenant].map(Figure.seconds)
            }
        }
        if rows.isEmpty { return [] }
        let titles = [
            "Jobs", "done", "leases", "retries", "leases lost", "fenced", "unfenced", "refused", "dead",
            "wait, median tenant", "worst tenant",
        ]
        let lines = Columns.table([titles] + rows)
        return ["", pen.paint(lines[0], .faint)] + lines.dropFirst()
    }

    private static func faults(_ summary: RunSummary, _ pen: Pen) -> [String] {
        let faults = summary.faults
        let rows = faults.map { fault in
            [
                fault.name, fault.what,
                "at \(Figure.stretch(fault.atSeconds)) for \(Figure.stretch(fault.lengthSeconds))",
            ]
        }
        let lines = zip(faults, Columns.table(rows, right: [])).map { fault, line in
            let changed =
                fault.inert
                ? pen.paint("INERT: changed no decision", .yellow)
                : fault.undecided(in: summary) ?? "\(Readable.counted(fault.decisionsChanged, "decision")) changed"
            return "  \(line)  \(changed)"
        }
        return [pen.paint("Faults", .faint)] + lines
    }
}
