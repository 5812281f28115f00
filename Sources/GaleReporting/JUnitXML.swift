// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// The results of `gale test` as CI servers read them: a suite for each file, a case for the scenario and each variant.
///
/// The names are the same for whatever seeds, so that a server's history of a case goes on. The format is the one that Ant's
/// JUnit task began and Jenkins, GitLab and others read: `failure` where an expectation does not hold, `error` where a run
/// has no result, one of them a case.
public enum JUnitXML {
    /// - Parameters:
    ///   - tests: all that were to be tested; what has no result was not finished, and is written as skipped.
    ///   - results: in the order of `tests`, from the first on.
    ///   - seconds: what the runs of each took, in the same order.
    ///   - reproduction: the command that repeats a result's first failure.
    public static func text(
        _ tests: [TestCase], _ results: [TestResult], seconds: [Double], reproduction: (TestResult) -> String?
    ) -> String {
        var suites: [Suite] = []
        for (place, test) in tests.enumerated() {
            let file = test.scenario.file
            if suites.last?.file != file { suites.append(Suite(file: file)) }
            let result = place < results.count ? results[place] : nil
            suites[suites.count - 1].add(
                result, variant: test.scenario.variant, seconds: place < seconds.count ? seconds[place] : 0,
                reproduction: result.flatMap(reproduction))
        }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let total = suites.reduce(into: Suite(file: "gale")) { $0.add($1) }
        text += "<testsuites name=\"gale\"\(total.counts)>\n"
        for suite in suites {
            let name = XMLText.escaped(suite.file)
            text += "  <testsuite name=\"\(name)\"\(suite.counts) skipped=\"\(suite.skipped)\">\n"
            text += suite.cases + "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private struct Suite {
        var file: String
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0
        var seconds = 0.0
        var cases = ""

        init(file: String) { self.file = file }

        var counts: String {
            " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" time=\"\(Figure.fixed(seconds, 3))\""
        }

        mutating func add(_ other: Suite) {
            tests += other.tests
            failures += other.failures
            errors += other.errors
            skipped += other.skipped
            seconds += other.seconds
        }

        mutating func add(_ result: TestResult?, variant: String?, seconds: Double, reproduction: String?) {
            tests += 1
            self.seconds += seconds
            cases += "    <testcase classname=\"\(XMLText.escaped(className))\""
            cases += " name=\"\(XMLText.escaped(variant.map { "variant " + $0 } ?? "scenario"))\""
            cases += " file=\"\(XMLText.escaped(file))\" time=\"\(Figure.fixed(seconds, 3))\""
            guard let result else {
                skipped += 1
                cases += "><skipped message=\"the test was interrupted\"/></testcase>\n"
                return
            }
            let findings = result.findings
            guard let first = findings.first else {
                cases += "/>\n"
                return
            }
            switch first.kind {
            case .failure: failures += 1
            case .error: errors += 1
            }
            let tag = first.kind.rawValue
            let story = reproduction.flatMap { TestTable.story(of: result, $0) }
            let body =
                findings.map(\.words) + (reproduction.map { ["reproduce: " + $0] } ?? [])
                + (story.map { ["story: " + $0] } ?? [])
            cases += ">\n      <\(tag) message=\"\(XMLText.escaped(first.words))\" type=\"gale.\(tag)\">"
            cases += body.map(XMLText.escaped).joined(separator: "\n") + "</\(tag)>\n    </testcase>\n"
        }

        /// The path with points, as servers group by packages: `Scenarios.policies.order`.
        private var className: String {
            var path = file
            for ending in [".yaml", ".yml"] where path.hasSuffix(ending) { path.removeLast(ending.count) }
            return path.split(separator: "/").filter { $0 != "." && $0 != ".." }.joined(separator: ".")
        }
    }
}
