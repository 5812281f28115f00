// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import GaleScenarioLanguage
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What `gale test` leaves for CI servers, with names that no format likes.
@Suite struct TestReportTests {
    static let nasty = "p99 < 2s & \"x\" > 'y' | `z` ]]>\u{1B}\n::error::%"

    static let small = """
        name: small
        duration: 1s
        workloads: {jobs: {into: queue, rate: 100/s}}
        brokers: {memory: {profile: direct}}
        topics: {queue: {broker: memory}}
        stages: {work: {reads: queue, steps: [{compute: constant 1ms}]}}
        """

    private static func test(_ file: String) throws -> TestCase {
        TestCase(try ScenarioReader.read(text: small, file: file), seeds: 1...3)
    }

    private static func result(_ test: TestCase, _ runs: [TestRun]) throws -> TestResult { try test.result(of: runs) }

    private static func failed(_ seed: UInt64, _ value: Int) -> TestRun {
        let place = TestProblem.Place(file: "a/b,c:d%.yaml", line: 12, column: 5)
        return TestRun(
            seed: seed, problems: [TestProblem("'\(nasty)' does not hold: \(value)", at: place)], messages: 5)
    }

    /// One that passes, one that fails with two of three seeds, one of which a run has no result, and one never finished.
    private static func results() throws -> (tests: [TestCase], results: [TestResult]) {
        let tests = try ["ok.yaml", "a/<&\">.yaml", "x/trap.yaml", "x/late.yaml"].map(test)
        let clean = TestRun(seed: 1, problems: [], messages: 5)
        return (
            tests,
            [
                try result(tests[0], [clean]),
                try result(tests[1], [clean, failed(2, 7), failed(3, 8)]),
                try result(tests[2], [failed(1, 9), TestRun(seed: 2, defect: "the worker was ended by signal 4")]),
            ]
        )
    }

    @Test("JUnit XML survives every name and message; counts, times and the reproduction are where servers look")
    func junit() throws {
        let (tests, results) = try Self.results()
        let text = JUnitXML.text(tests, results, seconds: [0.5, 1.25, 0, 0]) { "gale run '\($0.file)' <&>" }
        let reader = XMLReader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError)) in \(text)")
        let all = reader.elements
        #expect(all[0].name == "testsuites" && all[0].attributes["tests"] == "4", "\(text)")
        #expect(all[0].attributes["failures"] == "1" && all[0].attributes["errors"] == "1")
        #expect(all[0].attributes["time"] == "1.750")
        #expect(all.filter { $0.name == "testsuite" }.map { $0.attributes["name"] } == tests.map(\.scenario.file))
        let cases = all.filter { $0.name == "testcase" }
        #expect(cases.map { $0.attributes["file"] } == tests.map(\.scenario.file))
        #expect(cases[1].attributes["classname"] == "a.<&\">" && cases[1].attributes["name"] == "scenario")
        #expect(cases[1].attributes["time"] == "1.250")
        let failure = try #require(all.first { $0.name == "failure" })
        let told = Self.nasty.replacing("\u{1B}", with: "\\u{1B}")
        #expect(failure.attributes["message"] == "'\(told)' does not hold: 7 (seed 2, in 2 of 3 seeds)")
        #expect(failure.text.hasSuffix("reproduce: gale run 'a/<&\">.yaml' <&>"), "\(failure.text)")
        let error = try #require(all.first { $0.name == "error" })
        #expect(error.attributes["message"] == "the worker was ended by signal 4 (seed 2)")
        #expect(error.text.contains("does not hold: 9"), "what the other runs found is told as well")
        #expect(all.count { $0.name == "skipped" } == 1, "what was not finished has not passed")
    }

    @Test("the Markdown summary begins with the verdict, and no message can break out of its code or its row")
    func markdown() throws {
        let (tests, results) = try Self.results()
        let text = TestMarkdown.text(tests, results) { _ in "gale run x --seed 2" }
        #expect(text.hasPrefix("## Gale: interrupted, 2 of 3 failed, 1 not finished\n"))
        #expect(
            text.contains("- `` '\(Self.nasty.replacing("\u{1B}", with: " ").replacing("\n", with: " "))' does not"))
        #expect(text.contains("`a/b,c:d%.yaml:12`") && text.contains("\n    gale run x --seed 2\n"))
        #expect(!text.contains("\u{1B}") && !text.contains("\n::error"))
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains(".yaml") }
        #expect(rows.count == 3 && rows[1].hasPrefix("| **FAIL** | `a/<&\">.yaml` |"), "\(rows)")
        let green = TestMarkdown.text([tests[0]], [results[0]]) { _ in nil }
        #expect(green.hasPrefix("## Gale: 1 passed\n") && !green.contains("FAIL"))
    }

    @Test("that tests were interrupted, and how many were not finished, is said wherever results are told")
    func interrupted() throws {
        let (tests, all) = try Self.results()
        let results = Array(all.prefix(1))
        let table = TestTable(tests, colour: false)
        #expect(table.summary(results) == "interrupted, 1 passed, 3 not finished: 1 run, 5 notifications\n")
        #expect(table.summary([]).hasPrefix("interrupted, 0 passed, 4 not finished: "))
        #expect(TestTable([tests[0]], colour: false).summary(results).hasPrefix("1 passed: "))
        let json = TestJSON.text(results, of: 4)
        #expect(json.contains("\"passed\" : false") && json.contains("\"notFinished\" : 3"), "\(json)")
        #expect(!TestJSON.text(results, of: 1).contains("notFinished"))
        let xml = JUnitXML.text(tests, results, seconds: [1, 0, 0, 0]) { _ in nil }
        #expect(
            xml.split(separator: "\n").count { $0.contains("<skipped message=\"the test was interrupted\"/>") } == 3)
        #expect(
            TestMarkdown.text(tests, results) { _ in nil }.hasPrefix("## Gale: interrupted, 1 passed, 3 not finished\n")
        )
    }

    @Test("a summary of very many failures still fits a comment")
    func longMarkdown() throws {
        let tests = try (0..<400).map { try Self.test("\(String(repeating: "long/", count: 70))\($0).yaml") }
        let results = try tests.map { try Self.result($0, [Self.failed(1, 1), Self.failed(2, 2)]) }
        let text = TestMarkdown.text(tests, results) { _ in String(repeating: "x", count: 9_000) }
        #expect(text.unicodeScalars.count < 65_536 && text.contains("more failed."))
    }

    @Test("the same problem of several seeds is one annotation, whatever its numbers, beside the line that it is about")
    func sameProblem() throws {
        func run(_ seed: UInt64) -> TestRun {
            var problem = TestProblem(
                "must violate 'recovery', and does not: recovered \(seed) s after crash; half-life \(seed * 2) s",
                at: TestProblem.Place(file: "a.yaml", line: 31, column: 7))
            problem.key = "must violate recovery"
            return TestRun(seed: seed, problems: [problem], messages: 5)
        }
        let result = try Self.result(Self.test("a.yaml"), [run(1), run(2), run(3)])
        let lines = TestAnnotations.text([result], root: nil, folder: "/") { _ in nil }.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("::error file=a.yaml,line=31,col=7,"), "\(lines)")
        #expect(lines[0].contains("half-life 2 s (seed 1, in 3 of 3 seeds)"), "\(lines)")
        let markdown = TestMarkdown.text([try Self.test("a.yaml")], [result]) { _ in nil }
        #expect(markdown.contains("(seed 1, in 3 of 3 seeds)`, `a.yaml:31`"), "\(markdown)")
    }

    @Test("annotations name file and line of the expectation below the checkout, on one line each")
    func annotations() throws {
        let (_, results) = try Self.results()
        let text = TestAnnotations.text(results, root: "/w", folder: "/w/sub/./x/..") { _ in "gale run x" }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("::error file=sub/") }, "\(text)")
        #expect(lines[0].hasPrefix("::error file=sub/a/b%2Cc%3Ad%25.yaml,line=12,col=5,title=gale test::'p99 < 2s"))
        #expect(
            lines[0].contains("%0A::error::%25' does not hold: 7 (seed 2, in 2 of 3 seeds)%0Areproduce: gale run x"))
        #expect(lines[1].hasPrefix("::error file=sub/x/trap.yaml,line=1,"))
        let elsewhere = TestAnnotations.text(results, root: "/other", folder: "/w") { _ in nil }
        #expect(elsewhere.contains("file=/w/a/"))
        let many = try (0..<30).map { _ in try Self.result(Self.test("a.yaml"), [Self.failed(1, 1)]) }
        #expect(TestAnnotations.text(many, root: nil, folder: "/") { _ in nil }.split(separator: "\n").count == 10)
    }
}

/// Elements in the order of their beginning.
private final class XMLReader: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        var text = ""
    }

    var elements: [Element] = []
    private var path: [Int] = []

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName qName: String?,
        attributes attributeDict: [String: String]
    ) {
        path.append(elements.count)
        elements.append(Element(name: elementName, attributes: attributeDict))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if let place = path.last { elements[place].text += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?
    ) {
        path.removeLast()
    }
}
