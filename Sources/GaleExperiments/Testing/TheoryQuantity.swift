// SPDX-License-Identifier: GPL-3.0-or-later

/// What theory and runs are compared in.
public enum TheoryQuantity: Equatable, Sendable {
    /// From arrival to departure, of what was served.
    case meanLatency
    /// The same at one of several stages, by its place in the specification.
    case meanStageLatency(stage: Int)
    /// A quantile of the latency, in parts of one.
    case latencyQuantile(Double)
    /// Mean share of a stage's servers at work while load is offered.
    case utilisation(stage: Int)
    /// Share of arrivals that were turned away.
    case blocked
    /// Messages served per second.
    case throughput
    /// How far what was let through is from what should have been, in messages, when it is farthest off.
    case deviation

    public enum Unit: String, Codable, Sendable { case seconds, share, perSecond, messages }

    public var unit: Unit {
        switch self {
        case .meanLatency, .meanStageLatency, .latencyQuantile: .seconds
        case .utilisation, .blocked: .share
        case .throughput: .perSecond
        case .deviation: .messages
        }
    }

    /// What rounding to whole messages may make of it; nil: it is estimated, and an interval says how well.
    var tolerance: Double? { self == .deviation ? 1 : nil }
}

/// What theory says a quantity is, in seconds, parts of one, or per second.
package struct TheoryPrediction: Equatable, Sendable {
    package var quantity: TheoryQuantity
    package var value: Double

    package init(_ quantity: TheoryQuantity, _ value: Double) {
        self.quantity = quantity
        self.value = value
    }
}
