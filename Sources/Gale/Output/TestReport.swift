// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Synchronization

/// What `gale test` leaves for a CI server: JUnit XML, Markdown, and annotations.
final class TestReport: Sendable {
    private let tests: [TestCase]
    private let junit: OutputFile?
    private let markdown: OutputFile?
    private let reproduction: @Sendable (TestResult) -> String?
    /// Seconds of all runs of a scenario or variant.
    private let seconds = Mutex<[Name: Double]>([:])

    private struct Name: Hashable {
        var file: String
        var variant: String?

        init(_ test: TestCase) { (file, variant) = (test.scenario.file, test.scenario.variant) }
    }

    /// Makes sure, before the runs, that the files can be written.
    ///
    /// - Throws: `CommandFailure` that says what is in the way.
    init(
        _ tests: [TestCase], junit: String?, markdown: String?,
        reproduction: @escaping @Sendable (TestResult) -> String?
    ) throws {
        self.tests = tests
        let inputs = tests.map(\.scenario.file)
        let xml = try junit.map { try OutputFile(preparing: $0, option: "--junit", as: .junit, inputs: inputs) }
        self.junit = xml
        self.markdown = try markdown.map {
            try OutputFile(preparing: $0, option: "--markdown", as: .markdown, inputs: inputs, beside: [xml])
        }
        self.reproduction = reproduction
    }

    /// Makes a run and notes how long it took.
    func timing(_ test: TestCase, _ make: () throws -> TestRun) rethrows -> TestRun {
        let started = ContinuousClock.now
        let run = try make()
        let taken = (ContinuousClock.now - started) / .seconds(1)
        seconds.withLock { $0[Name(test), default: 0] += taken }
        return run
    }

    /// - Parameters:
    ///   - results: of the tests from the first on; fewer after an interruption.
    ///   - annotationsOnError: standard output belongs to somebody else.
    /// - Throws: `CommandFailure`, after everything that can be written has been.
    func write(_ results: [TestResult], annotationsOnError: Bool) throws {
        var failure: (any Error)?
        let seconds = seconds.withLock { seconds in tests.map { seconds[Name($0)] ?? 0 } }
        func attempt(_ write: () throws -> Void) { do { try write() } catch { failure = failure ?? error } }
        attempt {
            try junit?.write(JUnitXML.text(tests, results, seconds: seconds, reproduction: reproduction))
        }
        attempt { try markdown?.write(TestMarkdown.text(tests, results, reproduction: reproduction)) }
        attempt { try annotate(results, annotationsOnError) }
        if let failure { throw failure }
    }

    /// Where GitHub Actions runs this.
    private func annotate(_ results: [TestResult], _ onError: Bool) throws {
        let environment = ProcessInfo.processInfo.environment
        guard environment["GITHUB_ACTIONS"] == "true" else { return }
        let text = TestAnnotations.text(
            results, root: environment["GITHUB_WORKSPACE"], folder: FileManager.default.currentDirectoryPath,
            reproduction: reproduction)
        if onError { StandardError.write(text) } else { try StandardOutput.write(text) }
    }
}
