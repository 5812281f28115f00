// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Testing

@Suite("Report folders for a browser")
struct FixtureFolders {
    /// Where `Scripts/check-report` wants them, and the chart library for them.
    private static let folder = ProcessInfo.processInfo.environment["GALE_REPORT_FIXTURES"]
    private static let library = ProcessInfo.processInfo.environment["GALE_CHART_LIBRARY"]

    @Test("Each fixture writes a page and its summary", .enabled(if: folder != nil))
    func write() throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder))
        let library = try Self.library.map { try String(contentsOfFile: $0, encoding: .utf8) }
        let fixtures: [(String, RunResult, String?)] = [
            ("rich", Fixture.rich, library), ("hostile", Fixture.hostile, library), ("empty", Fixture.empty, library),
            ("without-charts", Fixture.rich, nil),
        ]
        for (name, result, library) in fixtures {
            let place = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let page = ReportPage.render(result, chartLibrary: library)
            try page.write(to: place.appendingPathComponent("report.html"), atomically: true, encoding: .utf8)
            let summary = SummaryJSON.text(result.summary)
            try summary.write(to: place.appendingPathComponent("summary.json"), atomically: true, encoding: .utf8)
            #expect(page.count > 10_000)
        }
    }
}
