// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage
import Testing

/// The measured values of variants, side by side.
@Suite struct TestComparisonTests {
    private static func test(_ variant: String?) throws -> TestCase {
        let text = TestReportTests.small + "\nvariants: {slow: {set: {seed: 2}}, steady: {set: {seed: 3}}}\n"
        return TestCase(try ScenarioReader.read(text: text, file: "a/small.yaml", variant: variant), seeds: 1...3)
    }

    private static func run(_ seed: UInt64, _ attempts: Double, _ recovery: String? = nil, held: Bool = true) -> TestRun
    {
        var run = TestRun(seed: seed, problems: [], messages: 100)
        run.measures = [
            TestMeasure(name: "delivered", unit: .share, value: 1),
            TestMeasure(
                name: "attempts(gateway) during brownout", unit: .count, value: attempts,
                bounds: [
                    .init(text: "attempts(gateway) < 30k during brownout", held: held),
                    .init(text: "attempts(gateway) < 90k during brownout", held: true),
                ]),
            TestMeasure(name: "recovery", unit: .seconds, value: recovery == nil ? 12 : nil, text: recovery),
            TestMeasure(name: "lost", unit: .count, value: 0, bounds: [.init(text: "lost = 0", held: true)]),
        ]
        return run
    }

    private static func results() throws -> [TestResult] {
        [
            try test(nil).result(of: [run(1, 28_000), run(2, 28_400), run(3, 27_900)]),
            try test("slow").result(of: [run(1, 61_000, "metastable", held: false), run(2, 60_000), run(3, 59_000)]),
        ]
    }

    @Test("variants stand side by side: medians and extremes of the seeds, a mark on what is not as expected")
    func table() throws {
        let results = try Self.results()
        let text = TestTable([try Self.test(nil)], colour: false).comparison(results)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == 6 && lines.allSatisfy { $0.count <= 120 }, "\(text)")
        #expect(lines[0].hasSuffix("attempts(gateway)") || lines[0].contains("attempts(gateway)  "), "\(text)")
        #expect(lines[1].contains("during brownout") && lines[1].hasSuffix("recovery"), "\(text)")
        #expect(lines[2].hasPrefix("ok    as written") && lines[2].contains("28,000 (27,900 … 28,400)"), "\(text)")
        #expect(lines[3].contains("60,000 (59,000 … 61,000) ✗"), "one run of three breaks one of two: \(text)")
        #expect(lines[3].hasSuffix("12 s (12 s … metastable)"), "no number comes after numbers: \(text)")
        #expect(lines[4] == "      in each: delivered 100%, lost 0", "\(text)")
        #expect(lines[5] == "      median of the seeds (least … most); ✗: not as the scenario expects", "\(text)")
    }

    @Test("a narrow terminal gets the columns below one another, and a scenario without variants a line")
    func narrow() throws {
        let results = try Self.results()
        let narrow = TestTable([try Self.test(nil)], colour: false, width: 50).comparison(results)
        #expect(narrow.split(separator: "\n").count { $0.hasPrefix("ok    slow") } == 2, "\(narrow)")
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 50 || $0.contains("seeds") }, "\(narrow)")
        let single = try Self.test(nil).result(of: [Self.run(1, 28_000)])
        #expect(
            TestTable([try Self.test(nil)], colour: false).comparison([single])
                == "      delivered 100%, attempts(gateway) during brownout 28,000, recovery 12 s, lost 0\n")
    }

    @Test("JSON and Markdown tell the same values")
    func files() throws {
        let results = try Self.results()
        let json = TestJSON.text(results, of: 2)
        #expect(
            json.contains("\"medianText\" : \"60,000\"") && json.contains("\"mostText\" : \"metastable\""), "\(json)")
        #expect(json.contains("\"held\" : 2"), "of three runs: \(json)")
        let markdown = TestMarkdown.text(try ["slow", "steady"].map(Self.test), results) { _ in nil }
        #expect(markdown.contains("Measured in <code>a/small.yaml</code>"), "\(markdown)")
        #expect(
            markdown.contains("| ok | `slow` | `60,000 (59,000 … 61,000) ✗` | `12 s (12 s … metastable)` |"),
            "\(markdown)")
        #expect(markdown.contains("in each: `delivered 100%`, `lost 0`"), "\(markdown)")
    }
}
