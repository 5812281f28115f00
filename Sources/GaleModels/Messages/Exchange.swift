// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// A request under way from a stage to a store or a provider, and its answer. Freed when both the answer (or its certain
/// absence) and the caller's time-out are behind it.
struct Exchange: BitwiseCopyable {
    var message: UInt32
    /// Generation of `job`; a job that ended or died leaves its exchanges behind.
    var generation: UInt32
    /// The dispatcher's attempt or chain; unused for a stage's own calls.
    var token: UInt64
    var timer: TimerHandle
    /// When it was sent, nanoseconds.
    var sent: Int64
    /// Of an attempt's answer: its `AnswerWord`. Of a look-up: the window. Milliseconds.
    var milliseconds: UInt32
    var job: UInt32
    var stage: UInt16
    var status: UInt16
    var reason: UInt16
    /// Provider or store.
    var target: UInt16
    /// Nth request of its kind for this message.
    var ordinal: UInt16
    var kind: Kind
    /// The caller has given up.
    var timedOut: Bool
    /// No answer will ever come.
    var unanswered: Bool
    var failed: Bool
    /// The replica that sent it (16 bits), and its epoch then.
    var owner: UInt32 = 0
    /// Of look-ups and writes of state other than idempotency keys.
    var request = StateRequest()

    /// Two bits hold it, in a job's flags and in an `AnswerPayload`.
    enum Kind: UInt8, BitwiseCopyable {
        case call, lookUp, write, attempt
    }

    /// Names its draws on the way there and back.
    @inline(__always)
    func leg(answer: Bool) -> UInt64 {
        Self.leg(kind: kind, stage: UInt64(stage), ordinal: ordinal, answer: answer)
    }

    @inline(__always)
    static func leg(kind: Kind, stage: UInt64, ordinal: UInt16, answer: Bool) -> UInt64 {
        UInt64(kind.rawValue) &<< 28 | (stage & 0xFFF) &<< 16 | UInt64(ordinal & 0x7FFF) &<< 1 | (answer ? 1 : 0)
    }
}

extension Exchange {
    /// A provider's answer as the dispatcher hears it.
    var response: ProviderResponse { AnswerWord.response(status, reason, milliseconds) }
}
