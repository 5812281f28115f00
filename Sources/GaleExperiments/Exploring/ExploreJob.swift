// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GaleScenarioLanguage

/// One world of an exploration as it is handed to a worker process: one line of JSON there, a `Reply` back.
public struct ExploreJob: Codable, Equatable, Sendable {
    public var exploration: ExplorationSource
    public var seed: UInt64

    public init(_ exploration: ExplorationSource, seed: UInt64) {
        self.exploration = exploration
        self.seed = seed
    }

    public struct Reply: Codable, Sendable {
        public var run: ExploredRun
        /// Bytes that the worker keeps after the run.
        public var residentBytes: Int64
    }

    /// A worker's last exploration: the jobs of one are all of the same.
    public struct Cache {
        fileprivate var source: ExplorationSource?
        fileprivate var explorer: Explorer?
        public init() {}
    }

    /// Draws the world and runs it. Whatever prevents that is a defect of the run.
    public func reply(cache: inout Cache) -> Reply {
        var run: ExploredRun
        do {
            run = try explorer(&cache).run(seed: seed)
        } catch {
            run = ExploredRun(seed: seed)
            run.defect = "\(error)"
        }
        return Reply(run: run, residentBytes: ProcessMemory.resident)
    }

    private func explorer(_ cache: inout Cache) throws -> Explorer {
        if let explorer = cache.explorer, cache.source == exploration { return explorer }
        let explorer = Explorer(try exploration.drawing())
        guard explorer.drawing.identity == exploration.fingerprint else {
            throw ScenarioError(diagnostics: [
                Diagnostic(
                    location: SourceLocation(file: exploration.file, line: 0, column: 0),
                    message: "changed while it was explored")
            ])
        }
        (cache.source, cache.explorer) = (exploration, explorer)
        return explorer
    }
}

/// What is explored: which scenario, with what laid over it, and which faults are switched off.
public struct ExplorationSource: Codable, Equatable, Sendable {
    public var file: String
    public var variant: String?
    public var overrides: [String]
    /// Families that are switched off beside those of the scenario.
    public var without: [String]
    /// Of the scenario and its ranges as they were read when the exploration began; empty: not read yet.
    public var fingerprint = ""

    public init(file: String, variant: String? = nil, overrides: [String] = [], without: [String] = []) {
        self.file = file
        self.variant = variant
        self.overrides = overrides
        self.without = without
    }

    public func drawing() throws(ScenarioError) -> WorldDrawing {
        WorldDrawing(
            template: try ScenarioReader.template(
                path: file, overrides: overrides.map { Override($0) }, variant: variant),
            without: Set(without.compactMap { FaultKind.Family(rawValue: $0) }))
    }
}
