// SPDX-License-Identifier: GPL-3.0-or-later

/// `summary.json`: the same bytes for the same scenario, seed and version, on any machine.
public struct RunSummary: Codable, Equatable, Sendable {
    public var schema: String
    public var scenario: ScenarioIdentity
    public var seed: UInt64
    public var version: String
    public var simulatedSeconds: Double
    public var digest: Digest
    public var events: UInt64
    public var ledger: LedgerSummary
    public var attempts: Int64
    public var amplification: Double
    /// `all` and one per channel that was used.
    public var latency: [String: LatencySummary]
    public var stages: [String: StageSummary]
    public var providers: [String: ProviderSummary]
    public var faults: [FaultSummary]
    public var expectations: [ExpectationSummary]
    /// Invariants that did not hold, one entry for each cause.
    public var violations: [ViolationSummary]
    /// nil: there was no fault, or the scenario asks for `recovery: none`.
    public var recovery: RecoverySummary?
    public var verdict: Verdict
    /// Priority-queue operations (inserts and removals) and lane operations of the whole run.
    public var operations: OperationSummary
    /// The most unsettled notifications at once.
    public var peakUnsettled: Int64

    public init(
        schema: String, scenario: ScenarioIdentity, seed: UInt64, version: String, simulatedSeconds: Double,
        digest: Digest, events: UInt64, ledger: LedgerSummary, attempts: Int64, amplification: Double,
        latency: [String: LatencySummary], stages: [String: StageSummary], providers: [String: ProviderSummary],
        faults: [FaultSummary], expectations: [ExpectationSummary], violations: [ViolationSummary] = [],
        recovery: RecoverySummary? = nil, verdict: Verdict, operations: OperationSummary, peakUnsettled: Int64
    ) {
        self.schema = schema
        self.scenario = scenario
        self.seed = seed
        self.version = version
        self.simulatedSeconds = simulatedSeconds
        self.digest = digest
        self.events = events
        self.ledger = ledger
        self.attempts = attempts
        self.amplification = amplification
        self.latency = latency
        self.stages = stages
        self.providers = providers
        self.faults = faults
        self.expectations = expectations
        self.violations = violations
        self.recovery = recovery
        self.verdict = verdict
        self.operations = operations
        self.peakUnsettled = peakUnsettled
    }

    public struct ScenarioIdentity: Codable, Equatable, Sendable {
        public var name: String
        public var fingerprint: String
        /// The variant that was applied; nil: none.
        public var variant: String?

        public init(name: String, fingerprint: String, variant: String? = nil) {
            self.name = name
            self.fingerprint = fingerprint
            self.variant = variant
        }
    }

    public struct Digest: Codable, Equatable, Sendable {
        public var trajectory: String
        public var outcome: String
        public init(trajectory: String, outcome: String) {
            self.trajectory = trajectory
            self.outcome = outcome
        }
    }

    /// `passed`: all of a whole run was as it must be. `partial`: the run was ended early (signal or limit), `reason` says why.
    public struct Verdict: Codable, Equatable, Sendable {
        public var passed: Bool
        public var partial: Bool
        public var reason: String?
        /// Which of the limits of a process ended it; nil: none.
        public var limit: RunLimit?
        /// Invariants that did not hold, by name, each once, in their own order.
        public var violated: [String]
        /// It did not recover from its faults in time.
        public var metastable: Bool

        public init(
            passed: Bool, partial: Bool, reason: String?, limit: RunLimit? = nil, violated: [String] = [],
            metastable: Bool = false
        ) {
            self.passed = passed
            self.partial = partial
            self.reason = reason
            self.limit = limit
            self.violated = violated
            self.metastable = metastable
        }
    }

    public struct OperationSummary: Codable, Equatable, Sendable {
        public var queue: UInt64
        public var lanes: UInt64
        public init(queue: UInt64, lanes: UInt64) {
            self.queue = queue
            self.lanes = lanes
        }
    }
}
