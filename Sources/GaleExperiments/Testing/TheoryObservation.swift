// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics

/// What one run says about a quantity of its theory.
public struct TheoryObservation: Codable, Equatable, Sendable {
    /// For people: `mean latency of second`.
    public var quantity: String
    public var unit: TheoryQuantity.Unit
    /// nil: the run has no sample of it.
    public var value: Double?
    /// At 95 %; nil: one run gives a value and no idea of its error.
    public var interval: ConfidenceInterval?

    package init(_ quantity: String, unit: TheoryQuantity.Unit, _ estimate: TheoryEstimate?) {
        self.quantity = quantity
        self.unit = unit
        value = estimate?.value
        interval = estimate?.interval
    }

    var estimate: TheoryEstimate? { value.map { TheoryEstimate($0, interval: interval) } }
}
