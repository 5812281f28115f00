// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What passed between a dispatcher and its host: every input with its time and the random word that was drawn for it, and the
/// actions that it led to.
public struct RunLog: Equatable, Sendable {
    public var header: Header
    public var entries: [Entry]
    /// False: the recording reached its limit or the run was ended before its time, and what came after is not there.
    public var isComplete: Bool

    public init(header: Header, entries: [Entry], isComplete: Bool) {
        self.header = header
        self.entries = entries
        self.isComplete = isComplete
    }

    /// What the dispatcher and its host were made from.
    public struct Header: Equatable, Sendable {
        /// Messages that the worker had in hand at once.
        public var slots: Int
        /// The resolved scenario, with the policy and the providers' profiles in it.
        public var scenario: String

        public init(slots: Int, scenario: String) {
            self.slots = slots
            self.scenario = scenario
        }
    }

    public struct Entry: Equatable, Sendable {
        /// Since the run began; later than that of the entry before.
        public var at: Instant
        /// The random word; nil: none was asked for.
        public var random: UInt64?
        public var input: Input
        public var actions: [Action]

        public init(at: Instant, random: UInt64?, input: Input, actions: [Action]) {
            self.at = at
            self.random = random
            self.input = input
            self.actions = actions
        }
    }
}
