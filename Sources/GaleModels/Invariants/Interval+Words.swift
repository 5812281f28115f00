// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension Interval {
    /// As a person reads it, to three digits: `340 ms`, `1.21 s`, `90 s`, `3.5 min`.
    package var inWords: String {
        let units: [(from: UInt64, size: UInt64, name: String)] = [
            (7_200_000_000_000, 3_600_000_000_000, "h"), (120_000_000_000, 60_000_000_000, "min"),
            (1_000_000_000, 1_000_000_000, "s"), (1_000_000, 1_000_000, "ms"), (1_000, 1_000, "µs"),
        ]
        let magnitude = nanoseconds.magnitude
        guard let unit = units.first(where: { magnitude >= $0.from }) else { return "\(nanoseconds) ns" }
        let (whole, rest) = magnitude.quotientAndRemainder(dividingBy: unit.size)
        let scale: UInt64 = whole >= 100 ? 1 : whole >= 10 ? 10 : 100
        let scaled = whole * scale + (rest * scale + unit.size / 2) / unit.size
        var decimals = scale == 1 ? "" : String(String(scaled % scale + scale).dropFirst())
        while decimals.last == "0" { decimals.removeLast() }
        let sign = nanoseconds < 0 ? "-" : ""
        return "\(sign)\(scaled / scale)\(decimals.isEmpty ? "" : "." + decimals) \(unit.name)"
    }
}
