// SPDX-License-Identifier: GPL-3.0-or-later

/// What became of the pipeline's steady state after the last fault.
public struct RecoverySummary: Codable, Equatable, Sendable {
    /// As `violates:` names it.
    public static let name = "recovery"

    public enum State: String, Codable, Sendable {
        /// It never left its steady state for longer than a window.
        case steady
        /// It is back.
        case recovered
        /// It is not back within the bound, though the trigger is gone and the load is what it was: the failure sustains itself
        /// (Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021).
        case metastable
        /// The load ended, or changed, before it was back and before the bound.
        case notObserved = "not observed"
        /// There was no steady state before the first fault to go back to.
        case notMeasured = "not measured"
    }

    public var state: State
    /// The fault that ended last, and when.
    public var fault: String
    public var endedAtSeconds: Double
    /// How long it may take.
    public var boundSeconds: Double
    /// How long it took; nil: it is not back.
    public var afterSeconds: Double?
    /// From the fault's end until half of what it had left undone was done for good; nil: that
    /// never was, or there was nothing.
    public var halfLifeSeconds: Double?
    /// Attempts per message that needed one, by intended send time: before the first fault, and after the last while the load
    /// lasted. nil: no message needed one.
    public var amplificationBefore, amplificationAfter: Double?
    /// What keeps it from being steady at the end of what was looked at: `delivered 412/s of 990/s`; nil: nothing does.
    public var what: String?
    /// What kind of failure it is; nil: nothing keeps it from being steady.
    public var nature: Nature?
    /// A state that isn't decided counts as a failure, because the scenario asks for it.
    public var isRequired: Bool

    /// By which one failure to recover is known from another.
    public struct Nature: Codable, Equatable, Sendable {
        /// In what the end is not as it was: `delivered`, `in the system`, `latency`, `attempts`.
        public var signs: [String]
        /// The highest 90th percentile of a window before the first fault; nil: not all of one was delivered.
        public var latencyBeforeSeconds: Double?
        /// What is delivered at the end, of what it would be by the least share before.
        public var deliveredShare: Double
        /// Attempts per notification at the end, as a multiple of the most before.
        public var attemptsFactor: Double

        public init(
            signs: [String], latencyBeforeSeconds: Double?, deliveredShare: Double = 1, attemptsFactor: Double = 1
        ) {
            self.signs = signs
            self.attemptsFactor = attemptsFactor
            self.deliveredShare = deliveredShare
            self.latencyBeforeSeconds = latencyBeforeSeconds
        }

        /// Whether another failure shows all that this one does, and came to a pipeline that was as quick before.
        func isKept(in other: Nature) -> Bool {
            guard Set(signs).isSubset(of: other.signs) else { return false }
            guard let least = latencyBeforeSeconds else { return true }
            return other.latencyBeforeSeconds.map { $0 <= 2 * least + 0.1 } == true
        }
    }

    public init(
        state: State, fault: String, endedAtSeconds: Double, boundSeconds: Double, afterSeconds: Double? = nil,
        halfLifeSeconds: Double? = nil, amplificationBefore: Double? = nil, amplificationAfter: Double? = nil,
        what: String? = nil, isRequired: Bool = false
    ) {
        self.state = state
        self.fault = fault
        self.endedAtSeconds = endedAtSeconds
        self.boundSeconds = boundSeconds
        self.afterSeconds = afterSeconds
        self.halfLifeSeconds = halfLifeSeconds
        self.amplificationBefore = amplificationBefore
        self.amplificationAfter = amplificationAfter
        self.what = what
        self.isRequired = isRequired
    }

    /// Whether less than half is delivered, or twice as many attempts are made for it. Drawn worlds are small and many: of thousands some are
    /// fuller or slower at their end than they were before, by chance or because a limit has found another level.
    var isGrave: Bool { nature.map { $0.deliveredShare < 0.5 || $0.attemptsFactor > 2 } ?? false }

    /// Whether the run fails for it.
    public var fails: Bool {
        switch state {
        case .steady, .recovered: false
        case .metastable: true
        case .notObserved, .notMeasured: isRequired
        }
    }

    /// In one line, for people.
    public var text: String {
        var parts: [String] = []
        switch state {
        case .steady: parts.append("the steady state was never left")
        case .recovered: parts.append("recovered \(Readable.time(afterSeconds ?? 0)) after \(fault)")
        case .metastable:
            parts.append("metastable: not recovered within \(Readable.time(boundSeconds)) after \(fault)")
        case .notObserved: parts.append("recovery from \(fault) not observed")
        case .notMeasured: parts.append("recovery from \(fault) not measured")
        }
        if let what { parts.append(what) }
        if state == .notMeasured {
            parts.append("let the first fault begin after 12 s or more of a steady load that can be delivered")
        }
        if let before = amplificationBefore, let after = amplificationAfter, state != .steady {
            parts.append("amplification \(Readable.significant(after)), before \(Readable.significant(before))")
        }
        if state != .steady, let halfLifeSeconds { parts.append("half-life \(Readable.time(halfLifeSeconds))") }
        return parts.joined(separator: "; ")
    }
}
