// SPDX-License-Identifier: GPL-3.0-or-later

/// What came of one drawn world. It travels from worker processes, and lies in the journal.
public struct ExploredRun: Codable, Equatable, Sendable {
    public var seed: UInt64
    /// Notifications submitted.
    public var messages: Int64 = 0
    public var failures: [Failure] = []
    /// Why there is no result: the process that made the run was ended by a signal, or found a mistake of its own.
    public var defect: String?
    /// Places in `Coverage.items` that it reached, as bits: 64 of them a word.
    public var reached: [UInt64] = []
    /// By the places of their kinds in `FaultKind.all`.
    public var faults: [Fault] = []
    /// What became of its steady state; nil: there was no fault, or nobody asked.
    public var recovery: RecoverySummary.State?
    /// Of the outcome, 32 hexadecimal digits: the same seed gives the same.
    public var digest = ""
    /// Draws before it that were no scenario; nil: none.
    public var redrawn: WorldDrawing.Redrawn?
    /// It was ended by its scenario's limit of memory, to which what the process did before may have added; nil: it was not.
    public var hasReachedMemoryLimit: Bool?
    /// Kinds of faults that have something to strike in it, by their places in `FaultKind.all`, as bits; nil: that is not known.
    public var possibleFaults: UInt64?
    /// A signal ended it: it says nothing, and is kept nowhere.
    public var isInterrupted: Bool?

    public init(seed: UInt64) { self.seed = seed }

    /// Something that must hold and did not.
    public struct Failure: Codable, Equatable, Sendable {
        /// The same for failures that have the same cause, whatever the seed.
        public var cause: String
        /// What it was this time, for people.
        public var text: String
        /// As `violates:` names it: an invariant, `recovery`, or an expectation; nil: the run has no result.
        public var name: String?
        /// The message that showed it.
        public var message: String?

        public init(cause: String, text: String, name: String? = nil, message: String? = nil) {
            self.cause = cause
            self.text = text
            self.name = name
            self.message = message
        }

        init(_ finding: RunFinding) {
            self.init(cause: finding.causeKey, text: finding.cause, name: finding.name, message: finding.message)
        }
    }

    public struct Fault: Codable, Equatable, Sendable {
        public var kind: Int
        /// Whether it changed a decision.
        public var told: Bool

        public init(kind: Int, told: Bool) {
            self.kind = kind
            self.told = told
        }
    }

    /// Everything that speaks against it, a run without a result included.
    public var allFailures: [Failure] {
        failures + (defect.map { [Failure(cause: Self.cause(ofDefect: $0), text: $0)] } ?? [])
    }

    /// Of a run without a result. Where Swift says in which line it trapped, that tells one cause from another.
    static func cause(ofDefect text: String) -> String {
        let word = ": Fatal error: "
        guard let place = text.firstRange(of: word) else { return "no result: " + withoutNumbers(text) }
        return "no result: " + text[..<place.lowerBound] + word + withoutNumbers(String(text[place.upperBound...]))
    }

    /// A text without its numbers: what differs from seed to seed is no cause.
    static func withoutNumbers(_ text: String) -> String {
        var result = ""
        var isNumber = false
        for character in text {
            let isPart = character.isNumber || (isNumber && (character == "." || character == "%"))
            if isPart, !isNumber { result += "…" }
            if !isPart { result.append(character) }
            isNumber = isPart
        }
        return result
    }

    mutating func setReached(_ places: [Int]) {
        reached = Array(repeating: 0, count: (places.max() ?? -1) / 64 + (places.isEmpty ? 0 : 1))
        for place in places { reached[place / 64] |= 1 << UInt64(place % 64) }
    }

    public func hasReached(_ place: Int) -> Bool {
        place / 64 < reached.count && reached[place / 64] >> UInt64(place % 64) & 1 != 0
    }
}
