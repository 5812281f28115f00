// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleReporting

/// The files of a result's folder.
enum ResultFiles {
    static func all(_ result: RunResult, chartLibrary: String?) -> [(name: String, text: String)] {
        [
            ("summary.json", SummaryJSON.text(result.summary)),
            ("timing.json", TimingJSON.text(result.timing)),
            ("report.html", ReportPage.render(result, chartLibrary: chartLibrary)),
            ("timeseries.csv", TimeSeriesCSV.text(result)),
            ("checkpoints.csv", CheckpointsCSV.text(result)),
            ("latency.hgrm", LatencyHGRM.text(result)),
        ]
    }
}
