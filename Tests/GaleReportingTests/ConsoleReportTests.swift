// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleReporting
import Testing

@Suite("Report on the console")
struct ConsoleReportTests {
    private func lines(_ result: RunResult, colour: Bool = false, folder: String? = nil) -> [Substring] {
        ConsoleReport.text(result, colour: colour, folder: folder).split(separator: "\n")
    }

    @Test("The first line answers the question that was asked")
    func headline() {
        #expect(
            lines(Fixture.rich)[0]
                == "FAIL  apns-brownout (variant naive) · 3 of 6 expectations held · 43.2 M notifications · 7 min simulated"
        )
        let early = lines(Fixture.empty)
        #expect(early[0].hasPrefix("PASS  apns-brownout · ") && early[0].hasSuffix(" · ended early"))
        #expect(early[1].contains("interrupted at 0 s"))
    }

    @Test("Each expectation has its mark and its value")
    func expectations() {
        let lines = lines(Fixture.rich)
        #expect(lines.contains { $0.hasPrefix("  ✗ amplification < 1.4 ") && $0.hasSuffix("  2.31") })
        #expect(lines.contains { $0.hasPrefix("  ✓ lost = 0  (always expected) ") && $0.hasSuffix("  0") })
        #expect(lines.contains { $0.hasPrefix("  ✗ within 2min after brownout") && $0.hasSuffix("  inf") })
    }

    @Test("The ledger is one line that sums, without what did not happen")
    func ledger() throws {
        let line = try #require(lines(Fixture.rich).first { $0.hasPrefix("Ledger") })
        #expect(
            line == """
                Ledger     43,200,000 submitted = 41,992,000 delivered + 8,000 delivered late + 1,150,000 expired \
                + 40,000 suppressed + 1,234 dead-lettered + 8,766 in flight; 4,321 duplicates
                """)
    }

    @Test("Latency is a table with a line per channel, flush right")
    func latency() throws {
        let lines = lines(Fixture.rich)
        let head = try #require(lines.firstIndex { $0.hasPrefix("Latency") })
        #expect(
            lines[head + 1...head + 5].map { $0.prefix { $0 != " " } } == ["all", "push", "email", "sms", "in-app"])
        #expect(Set(lines[head...head + 5].map(\.count)).count == 1)
        #expect(lines[head + 1].hasSuffix("62 s"))
    }

    @Test("A fault that changed nothing is marked")
    func faults() {
        let lines = lines(Fixture.rich)
        #expect(lines.contains { $0.hasPrefix("  brownout ") && $0.hasSuffix("5,812,345 decisions changed") })
        #expect(lines.contains { $0.hasPrefix("  slow-sms ") && $0.hasSuffix("INERT: changed no decision") })
        var cut = Fixture.rich
        for place in cut.summary.faults.indices { cut.summary.faults[place].decisionsChanged = 0 }
        for place in cut.summary.faults.indices { cut.summary.faults[place].inert = false }
        cut.summary.simulatedSeconds = cut.summary.faults[0].atSeconds + 1
        #expect(self.lines(cut).contains { $0.hasPrefix("  brownout ") && $0.hasSuffix("  not over") })
        cut.summary.simulatedSeconds = 0
        #expect(self.lines(cut).contains { $0.hasPrefix("  brownout ") && $0.hasSuffix("  not begun") })
    }

    @Test("One of anything is told as one")
    func singular() {
        var result = Fixture.rich
        result.summary.expectations = Array(result.summary.expectations.prefix(1))
        result.summary.faults[0].decisionsChanged = 1
        (result.summary.attempts, result.summary.ledger.submitted, result.summary.ledger.duplicates) = (1, 1, 1)
        let lines = lines(result)
        #expect(lines[0].contains(" of 1 expectation held · 1 notification · "), "\(lines[0])")
        #expect(lines.contains { $0.hasPrefix("Ledger") && $0.hasSuffix("; 1 duplicate") })
        #expect(lines.contains { $0.hasPrefix("Effort     1 attempt, ") })
        #expect(lines.contains { $0.hasPrefix("  brownout ") && $0.hasSuffix("  1 decision changed") })
    }

    @Test("It ends with the command that reproduces the run and the place of the report")
    func ending() {
        let lines = lines(Fixture.rich, folder: "Reports/runs/apns-brownout-1")
        #expect(lines[lines.count - 2] == "Reproduce  \(Fixture.rich.reproduction)")
        #expect(lines.last == "Report     Reports/runs/apns-brownout-1/report.html")
        #expect(!self.lines(Fixture.rich).contains { $0.hasPrefix("Report ") })
    }

    @Test("Colours are for terminals alone, and change nothing but the colours")
    func colours() {
        let plain = ConsoleReport.text(Fixture.rich, colour: false, folder: "a/")
        let painted = ConsoleReport.text(Fixture.rich, colour: true, folder: "a/")
        #expect(!plain.contains("\u{1b}"))
        #expect(painted.contains("\u{1b}["))
        let stripped = painted.replacing(#/\u{1b}\[[0-9;]*m/#, with: "").replacing(" FAIL ", with: "FAIL")
        #expect(stripped == plain)
    }

    @Test("Control characters of a name do not reach the terminal")
    func controlCharacters() {
        var result = Fixture.rich
        result.summary.scenario.name = "a\u{1b}[2Jb\nc"
        let text = ConsoleReport.text(result, colour: false, folder: nil)
        #expect(!text.contains("\u{1b}"))
        #expect(text.hasPrefix("FAIL  a�[2Jb�c (variant"))
    }
}
