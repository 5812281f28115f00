// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension ReportPage {
    static func stages(_ result: RunResult, hasCharts: Bool) -> HTML? {
        let stages = result.summary.stages.sorted { $0.key < $1.key }
        guard !stages.isEmpty || !result.storeSeries.isEmpty else { return nil }
        return """
            <section id="stages" aria-labelledby="stages-title">
            <h2 id="stages-title">Stages and stores</h2>
            \(stages.isEmpty ? nil : stageTable(stages))
            \(jobTable(stages))
            \(hasCharts ? multiples("store", "Calls and errors per second", result.storeSeries.map(\.store)) : nil)
            </section>
            """
    }

    private static func stageTable(_ stages: [(key: String, value: StageSummary)]) -> HTML {
        let rows = stages.map { name, stage -> PageTable.Row in
            let key = SummaryKey("stages") / name
            let latency = latencyCells(key / "latency", stage.latency)
            return PageTable.Row([
                "\(name)", Shown.count(key / "consumed", stage.consumed),
                Shown.count(key / "redelivered", stage.redelivered), Shown.count(key / "completed", stage.completed),
                Shown.count(key / "deadLettered", stage.deadLettered),
                Shown.share(key / "utilisation", stage.utilisation), latency[2], latency[4], latency[7],
            ])
        }
        let titles = [
            "Consumed", "Redelivered", "Completed", "Dead-lettered", "Utilisation", "p50", "p99", "Max",
        ]
        return PageTable(
            caption: "Work of each stage; latency from the append to the topic until done",
            columns: [.text("Stage")] + titles.map(PageTable.Column.number), rows: rows
        ).markup
    }

    private static func jobTable(_ stages: [(key: String, value: StageSummary)]) -> HTML? {
        let rows = stages.compactMap { name, stage -> PageTable.Row? in
            guard let jobs = stage.jobs else { return nil }
            let key = SummaryKey("stages") / name / "jobs"
            let counts: [(String, Int64)] = [
                ("completed", jobs.completed), ("leases", jobs.leases), ("retries", jobs.retries),
                ("leasesLost", jobs.leasesLost), ("fencedCompletions", jobs.fencedCompletions),
                ("unfencedCompletions", jobs.unfencedCompletions), ("refused", jobs.refused), ("dead", jobs.dead),
            ]
            return PageTable.Row(
                ["\(name)"] + counts.map { Shown.count(key / $0.0, $0.1) } + [
                    Shown.seconds(key / "waitOfMedianTenant", jobs.waitOfMedianTenant),
                    Shown.seconds(key / "waitOfWorstTenant", jobs.waitOfWorstTenant),
                ])
        }
        if rows.isEmpty { return nil }
        let titles = [
            "Done", "Leases", "Retries", "Leases lost", "Fenced", "Unfenced", "Refused", "Dead",
            "Wait, median tenant", "Wait, worst tenant",
        ]
        return PageTable(
            caption: "Tasks; fenced: work finished without the lease, and refused; refused: a live task had the key",
            columns: [.text("Stage")] + titles.map(PageTable.Column.number), rows: rows
        ).markup
    }

    static func faults(_ result: RunResult) -> HTML? {
        let faults = result.summary.faults
        guard !faults.isEmpty else { return nil }
        let rows = faults.enumerated().map { index, fault -> PageTable.Row in
            let key = SummaryKey("faults") / index
            let word = fault.inert ? "inert" : fault.undecided(in: result.summary) ?? "felt"
            let effect = Shown.truth(key / "inert", fault.inert, word)
            return PageTable.Row(
                [
                    Shown.text(key / "name", fault.name), "<span class=\"tag\">\(effect)</span>",
                    "<code>\(Shown.text(key / "what", fault.what))</code>",
                    Shown.stretch(key / "atSeconds", fault.atSeconds),
                    Shown.stretch(key / "lengthSeconds", fault.lengthSeconds),
                    Shown.count(key / "decisionsChanged", fault.decisionsChanged),
                ], style: fault.inert ? "inert" : "felt")
        }
        let table = PageTable(
            caption: "Decisions that each fault changed, judged with and without it at the same draw", style: "faults",
            columns: [
                .text("Fault"), .text("Effect"), .text("What"), .number("At"), .number("For"),
                .number("Decisions changed"),
            ], rows: rows)
        return """
            <section id="faults" aria-labelledby="faults-title">
            <h2 id="faults-title">Faults</h2>
            \(table.markup)
            </section>
            """
    }
}
