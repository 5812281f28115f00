// SPDX-License-Identifier: GPL-3.0-or-later

/// What happened, in order: the life of one message, or what went on around one moment.
public struct Story: Codable, Equatable, Sendable {
    public var scenario: String
    public var variant: String?
    public var seed: UInt64
    /// What it is about: `app/12`, `20 s`.
    public var subject: String
    /// What there is to say of the subject first, a line each.
    public var heading: [String]
    public var steps: [Step]

    public struct Step: Codable, Equatable, Sendable {
        /// Counts from 1.
        public var number: Int
        public var nanoseconds: Int64
        /// When it was over, of what lasts.
        public var endNanoseconds: Int64?
        /// Who does it, or where it happens: `sender-2`, `apns`, `outbox-3`.
        public var place: String
        public var text: String
        /// The number of the step that led to it.
        public var cause: Int?

        public init(
            number: Int, nanoseconds: Int64, endNanoseconds: Int64? = nil, place: String, text: String,
            cause: Int? = nil
        ) {
            self.number = number
            self.nanoseconds = nanoseconds
            self.endNanoseconds = endNanoseconds
            self.place = place
            self.text = text
            self.cause = cause
        }
    }

    public init(
        scenario: String, variant: String? = nil, seed: UInt64, subject: String, heading: [String], steps: [Step]
    ) {
        self.scenario = scenario
        self.variant = variant
        self.seed = seed
        self.subject = subject
        self.heading = heading
        self.steps = steps
    }
}
