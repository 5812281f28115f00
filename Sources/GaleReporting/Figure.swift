// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments

/// Numbers as a person reads them: English, three significant digits, independent of the locale.
package enum Figure {
    package static let absent = "–"

    /// `1,234,567`
    package static func count(_ value: some BinaryInteger) -> String {
        (value < 0 ? "−" : "") + Readable.count(value.magnitude)
    }

    /// `43.2 M`; below a hundred thousand as it is.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return unbounded(value) }
        switch value.magnitude {
        case ..<100_000: return value == value.rounded() ? count(Int64(value)) : significant(value)
        case ..<999_500: return significant(value / 1e3) + " k"
        case ..<999_500_000: return significant(value / 1e6) + " M"
        default: return significant(value / 1e9) + " bn"
        }
    }

    /// `1 notification`, `43.2 M notifications`
    package static func notifications(_ count: Int64) -> String {
        short(Double(count)) + (count == 1 ? " notification" : " notifications")
    }

    /// A latency: `340 ms`, `1.21 s`, `2.5 min`.
    package static func seconds(_ value: Double?) -> String {
        guard let value else { return absent }
        guard value.isFinite else { return unbounded(value) }
        switch value.magnitude {
        case 0: return "0 s"
        case ..<0.9995e-6: return significant(value * 1e9) + " ns"
        case ..<0.9995e-3: return significant(value * 1e6) + " µs"
        case ..<0.9995: return significant(value * 1e3) + " ms"
        case ..<119.95: return significant(value) + " s"
        case ..<7197: return significant(value / 60) + " min"
        default: return significant(value / 3600) + " h"
        }
    }

    /// A stretch of simulated time, to the millisecond: `2 min 30 s`, `1 h`, `0.5 s`.
    package static func stretch(_ value: Double) -> String {
        guard value.isFinite else { return unbounded(value) }
        guard value >= 60 else { return significant(value, digits: 5) + " s" }
        let whole = Int64(value)
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let rest = value - Double(whole / 60 * 60)
        var parts: [String] = []
        if hours > 0 { parts.append("\(hours) h") }
        if minutes > 0 { parts.append("\(minutes) min") }
        if rest >= 0.0005 { parts.append(significant(rest, digits: 5) + " s") }
        return parts.joined(separator: " ")
    }

    /// `0.012 %`
    package static func share(_ part: Int64, of whole: Int64) -> String {
        whole > 0 ? share(Double(part) / Double(whole)) : absent
    }

    package static func share(_ value: Double) -> String {
        guard value.isFinite else { return unbounded(value) }
        // What is not everything is never printed as everything.
        if value < 1, value > 0.9999 { return "> 99.99 %" }
        return significant(value * 100) + " %"
    }

    /// A ratio: `1.21`.
    package static func ratio(_ value: Double) -> String { value.isFinite ? significant(value) : unbounded(value) }

    package static func bytes(_ value: Int64) -> String {
        let amount = Double(value)
        switch amount.magnitude {
        case ..<1024: return "\(value) B"
        case ..<1_048_064: return significant(amount / 1024) + " KiB"
        case ..<1_073_217_536: return significant(amount / 1_048_576) + " MiB"
        default: return significant(amount / 1_073_741_824) + " GiB"
        }
    }

    /// With so many significant digits, but no digit left of the point rounded away, and no zeros at the end.
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value != 0 else { return "0" }
        var decimals = digits - 1
        var scale = value.magnitude
        while scale >= 10, decimals > 0 { (scale, decimals) = (scale / 10, decimals - 1) }
        while scale < 1, decimals < 12 { (scale, decimals) = (scale * 10, decimals + 1) }
        var text = String(format: "%.\(decimals)f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }

    /// With so many decimals, zeros included, so that columns of numbers line up.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        value.isFinite ? String(format: "%.\(decimals)f", value) : unbounded(value)
    }

    private static func unbounded(_ value: Double) -> String {
        value.isNaN ? "not a number" : value > 0 ? "inf" : "−inf"
    }
}
