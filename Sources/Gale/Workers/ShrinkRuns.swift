// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleScenarioLanguage
import Synchronization

/// Makes the runs of documents that are no files yet, in worker processes: they are written where the result will be, so that what they
/// name is found from there.
final class ShrinkRuns: Sendable {
    private static let mark = ".gale-shrink-"

    private let folder: String
    private let seed: UInt64
    private let interruption: Interruption
    private let workers = WorkerPool()
    private let written = Mutex<[String]>([])

    init(folder: String, seed: UInt64, interruption: Interruption) {
        self.folder = folder.isEmpty ? "." : folder
        Self.removeStale(in: folder)
        self.seed = seed
        self.interruption = interruption
    }

    /// Removes what shrinkings that were killed have left there.
    static func removeStale(in folder: String) {
        OutputFolder.removeStale(in: folder.isEmpty ? "." : folder, mark: mark)
    }

    /// Runs of documents in their order; nil for one that is no scenario.
    func runs(_ documents: [ScenarioDocument]) throws -> [TestRun?] {
        let results = Mutex([Result<TestRun?, any Error>](repeating: .success(nil), count: documents.count))
        DispatchQueue.concurrentPerform(iterations: documents.count) { place in
            let result = Result { try run(documents[place], place) }
            results.withLock { $0[place] = result }
        }
        return try results.withLock { try $0.map { try $0.get() } }
    }

    private func run(_ document: ScenarioDocument, _ place: Int) throws -> TestRun? {
        // A worker knows a case by its file and fingerprint, of which what is said of a regression is no part.
        let kind = document.keys(at: ["regression"]).isEmpty ? "" : "-stored"
        let file = folder + "/\(Self.mark)\(getpid())-\(place)\(kind).yaml"
        guard let scenario = try? document.scenario(file: file) else { return nil }
        written.withLock { if !$0.contains(file) { $0.append(file) } }
        guard FileManager.default.createFile(atPath: file, contents: Data(document.text.utf8)) else {
            throw CommandFailure("cannot write to '\(folder)': \(SystemError.text)")
        }
        return try workers.run(TestCase(scenario, seeds: [seed]), seed: seed, interruption: interruption)
    }

    /// Leaves nothing behind.
    func removeFiles() {
        written.withLock { files in
            for file in files { unlink(file) }
            files = []
        }
    }
}
