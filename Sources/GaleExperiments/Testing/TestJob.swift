// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// One run of a test as it is handed to a worker process: one line of JSON there, a `Reply` back.
public struct TestJob: Codable, Equatable, Sendable {
    public var file: String
    public var variant: String?
    public var overrides: [String]
    /// Of the scenario that was read when the test began: a worker that reads another one must not run it.
    public var fingerprint: String
    public var violates: [String]
    public var plantedBias: Double?
    public var seed: UInt64

    public init(_ test: TestCase, seed: UInt64) {
        file = test.scenario.file
        variant = test.scenario.variant
        overrides = test.overrides
        fingerprint = test.scenario.fingerprint
        violates = test.violates
        plantedBias = test.plantedBias
        self.seed = seed
    }

    /// What came of a job.
    public struct Reply: Codable, Equatable, Sendable {
        public var run: TestRun
        /// Bytes that the worker keeps after the run.
        public var residentBytes: Int64
    }

    /// A worker's last case: most jobs in a row are of the same one.
    public struct Cache {
        fileprivate var job: TestJob?
        fileprivate var test: TestCase?
        public init() {}
    }

    /// Reads the scenario and makes the run. Whatever prevents that is a defect of the run.
    public func reply(cache: inout Cache) -> Reply {
        // The peak counts against a limit of the scenario: what an earlier run had must not.
        ProcessMemory.resetPeak()
        let run: TestRun
        do {
            run = try test(cache: &cache).run(seed: seed)
        } catch {
            run = TestRun(seed: seed, defect: "\(error)")
        }
        return Reply(run: run, residentBytes: ProcessMemory.resident)
    }

    private func test(cache: inout Cache) throws -> TestCase {
        var key = self
        key.seed = 0
        if let test = cache.test, cache.job == key { return test }
        let scenario = try ScenarioReader.read(
            path: file, overrides: overrides.map { Override($0) }, variant: variant)
        guard scenario.fingerprint == fingerprint else {
            throw ScenarioError(diagnostics: [
                Diagnostic(
                    location: SourceLocation(file: file, line: 0, column: 0), message: "changed while it was tested")
            ])
        }
        let test = TestCase(scenario, violates: violates, seeds: [seed], plantedBias: plantedBias)
        (cache.job, cache.test) = (key, test)
        return test
    }
}
