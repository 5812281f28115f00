// SPDX-License-Identifier: Apache-2.0

/// A rate over time, linear between points; two points at one time are a step; the last rate holds. Whole numbers only.
struct RateCurve {
    struct Point: Equatable {
        /// Nanoseconds.
        var at: Int64
        /// Millionths per second.
        var micros: Int64
    }

    /// The first is at 0; times never fall.
    private(set) var points: [Point]

    init(points: [Point]) { self.points = points }

    /// The rate just before (`left`) and from (`right`) an instant on.
    func values(at instant: Int64) -> (left: Int64, right: Int64) {
        let right = value(points.last { $0.at <= instant }, points.first { $0.at > instant }, instant)
        let left = value(points.last { $0.at < instant }, points.first { $0.at >= instant }, instant)
        return (instant == 0 ? right : left, right)
    }

    private func value(_ before: Point?, _ after: Point?, _ instant: Int64) -> Int64 {
        guard let before else { return after?.micros ?? 0 }
        guard let after, after.at > before.at else { return before.micros }
        let rise = after.micros - before.micros
        let product = rise.magnitude.multipliedFullWidth(by: UInt64(instant - before.at))
        let part = Int64(UInt64(after.at - before.at).dividingFullWidth(product).quotient)
        return rise < 0 ? before.micros - part : before.micros + part
    }

    /// What is offered from 0 to `end`, in whole units; approximate beyond 2^53 millionths.
    func total(until end: Int64) -> Double {
        var total = 0.0
        for (place, point) in points.enumerated() where point.at < end {
            let next = place + 1 < points.count ? min(points[place + 1].at, end) : end
            let mean = (Double(values(at: point.at).right) + Double(values(at: next).left)) / 2
            if next > point.at { total += mean / 1e6 * (Double(next - point.at) / 1e9) }
        }
        return total
    }

    /// Adds a constant rate from `start` to `end`.
    mutating func add(_ micros: Int64, from start: Int64, to end: Int64) {
        let times = Set(points.map(\.at)).union([start, end]).sorted()
        var sum: [Point] = []
        for time in times {
            let (left, right) = values(at: time)
            let leftSum = left + (time > start && time <= end ? micros : 0)
            let rightSum = right + (time >= start && time < end ? micros : 0)
            if time > 0, leftSum != rightSum { sum.append(Point(at: time, micros: leftSum)) }
            sum.append(Point(at: time, micros: rightSum))
        }
        points = sum
    }
}
