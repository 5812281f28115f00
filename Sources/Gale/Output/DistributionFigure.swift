// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleScenarioLanguage

/// Times and sizes with five significant digits, enough to see a difference of a thousandth.
struct DistributionFigure {
    let unit: DistributionReader.Unit

    /// Nanoseconds or bytes: `45.123 ms`, `1.5 KiB`.
    func value(_ value: Double, digits: Int = 5) -> String {
        if value >= .greatestFiniteMagnitude { return beyond(value) }
        var scaled = value
        var name = scale[0].name
        // What rounds to 1000 ms is shown as 1 s.
        for step in scale where value >= step.size * 0.999995 {
            scaled = value / step.size
            name = step.name
        }
        return "\(Self.significant(scaled, digits)) \(name)"
    }

    /// Nanoseconds² in s², or bytes² in B².
    func square(_ value: Double) -> String {
        if value >= .greatestFiniteMagnitude { return beyond(value) }
        return unit == .time ? "\(Self.significant(value / 1e18, 5)) s²" : "\(Self.significant(value, 5)) B²"
    }

    /// A number without a unit; nil is a dash.
    func plain(_ value: Double?) -> String {
        guard let value else { return "–" }
        return value >= .greatestFiniteMagnitude ? beyond(value) : Self.significant(value, 5)
    }

    private func beyond(_ value: Double) -> String { value == .infinity ? "infinite" : "above 1e308" }

    private var scale: [(size: Double, name: String)] {
        switch unit {
        case .time:
            [
                (1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s"), (60e9, "min"), (3600e9, "h"), (86_400e9, "d"),
                (365.25 * 86_400e9, "y"),
            ]
        case .size: [(1, "B"), (0x1p10, "KiB"), (0x1p20, "MiB"), (0x1p30, "GiB"), (0x1p40, "TiB"), (0x1p50, "PiB")]
        }
    }

    /// C's `%g`, in the C locale: `setlocale` is never called.
    static func significant(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)g", value) }

    /// A share of one in percent, in at most five characters from 0.1 % upwards.
    static func percent(_ share: Double) -> String { significant(share * 100, share < 0.1 ? 2 : 3) + "%" }
}
