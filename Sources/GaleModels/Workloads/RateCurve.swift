// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Arrival instants of a point process with a piecewise linear rate, by inverting the integrated rate: the process is a
/// unit-rate one on the integral's axis (Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes", 1979).
///
/// IEEE + − × ÷ √ only; within a segment the inverse of a quadratic in the form that does not cancel.
package struct RateCurve {
    private struct Segment {
        /// Seconds.
        var start: Double
        var length: Double
        /// Arrivals per second at the start, and its change per second.
        var rate: Double
        var slope: Double
        /// Expected arrivals in the whole segment.
        var area: Double

        init(start: Double, length: Double, rate: Double, slope: Double) {
            (self.start, self.length, self.rate, self.slope) = (start, length, rate, slope)
            area = length * (rate + 0.5 * slope * length)
        }

        /// Time into the segment at which the integral reaches `amount`.
        @inline(__always)
        func time(of amount: Double) -> Double {
            // What the formula below gives then, to the last bit: √r² = r, and doubling is exact.
            if slope == 0 && rate > 0 { return amount / rate }
            let discriminant = rate * rate + 2 * slope * amount
            let denominator = rate + (discriminant > 0 ? discriminant.squareRoot() : 0)
            return denominator > 0 ? 2 * amount / denominator : length
        }
    }

    private let segments: UnsafeMutablePointer<Segment>
    private let count: Int
    private var current = 0
    /// Integral used up within the current segment.
    private var used = 0.0

    /// Rates beyond `end` count as zero.
    package init(_ specification: RateSpecification, end: Interval) {
        var list: [Segment] = []
        let points = specification.points
        for (place, point) in points.enumerated() {
            let next = place + 1 < points.count ? points[place + 1] : (at: end, perSecondMicros: point.perSecondMicros)
            let start = point.at.seconds
            let finish = min(next.at, end).seconds
            guard finish > start else { continue }
            let length = finish - start
            let full = next.at.seconds - start
            let rate = Double(point.perSecondMicros) / 1e6
            let slope = (Double(next.perSecondMicros) / 1e6 - rate) / full
            list.append(Segment(start: start, length: length, rate: rate, slope: slope))
        }
        count = list.count
        segments = .allocate(capacity: max(1, list.count))
        for (place, segment) in list.enumerated() { (segments + place).initialize(to: segment) }
    }

    /// The instant at which `amount` more of the integral is used up; nil: the load ends before.
    @inline(__always)
    package mutating func advance(by amount: Double) -> Instant? {
        var target = used + amount
        while current < count {
            let segment = segments + current
            if target < segment.pointee.area {
                used = target
                let seconds = segment.pointee.start + segment.pointee.time(of: target)
                return Instant(nanoseconds: Int64(seconds * 1e9))
            }
            target -= segment.pointee.area
            current += 1
        }
        used = target
        return nil
    }

    package func deallocate() { segments.deallocate() }
}
