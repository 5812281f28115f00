// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import GalePrimitives

/// How long notifications took that were delivered, from their creation to their settling.
public struct LatencySummary: Equatable, Sendable {
    public var count: Int64 = 0
    public var mean = Interval.zero
    /// The largest, exactly.
    public var max = Interval.zero
    /// Values at `quantiles`, off by at most 1/256.
    private var values: [Interval] = []

    public static let quantiles = [0.5, 0.9, 0.99, 0.999]

    init(_ histogram: Histogram) {
        guard let mean = histogram.mean, let most = histogram.max else { return }
        (count, max) = (histogram.count, .nanoseconds(most))
        self.mean = .nanoseconds(Int64(mean))
        values = Self.quantiles.compactMap { histogram.value(atQuantile: $0).map(Interval.init(nanoseconds:)) }
    }

    /// At one of `quantiles`; nil: not measured.
    public subscript(quantile: Double) -> Interval? {
        guard count > 0, let place = Self.quantiles.firstIndex(of: quantile) else { return nil }
        return values[place]
    }
}
