// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What goes wrong between the delivery code and its host, within what the host may do: never inside the delivery code. The contract
/// (`Input`, `Action`) lets a host be late with an answer, a look-up or a wake-up, tell the same answer twice, and lose a
/// send or a write on its way; each answer or its time-out still comes.
public struct BorderFault: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// Answers of providers and stores come later, or after their time-out.
        case answersLate = "answers-late"
        /// Answers get lost: the time-out comes instead.
        case answersLost = "answers-lost"
        /// Answers are told twice.
        case answersTwice = "answers-twice"
        case sendsLost = "sends-lost"
        case writesLost = "writes-lost"
        case lookUpsFail = "look-ups-fail"
        /// Wake-ups come later than asked for.
        case timersLate = "timers-late"

        public var takesDelay: Bool { self == .answersLate || self == .timersLate }

        public var about: String {
            switch self {
            case .answersLate: "the delivery code hears of answers late"
            case .answersLost: "the delivery code never hears of answers"
            case .answersTwice: "the delivery code hears of answers twice"
            case .sendsLost: "sends are lost before they leave"
            case .writesLost: "writes to stores are lost"
            case .lookUpsFail: "look-ups fail"
            case .timersLate: "wake-ups come late"
            }
        }
    }

    public var kind: Kind
    /// How many of them, in millionths.
    public var shareMicros: Int64
    /// Of late ones: by how much at most; each is late by a time between nothing and this.
    public var delay: Interval

    public init(_ kind: Kind, shareMicros: Int64, delay: Interval = .zero) {
        self.kind = kind
        self.shareMicros = shareMicros
        self.delay = delay
    }
}
