// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Numbers as a person reads them: three significant digits and a unit. The same text on any machine and in any locale.
package enum Readable {
    /// `340 ms`, `1.21 s`, `3.4 min`.
    package static func time(_ seconds: Double) -> String {
        let size = abs(seconds)
        if size == 0 { return "0 s" }
        if size < 0.9995e-6 { return significant(seconds * 1e9) + " ns" }
        if size < 0.9995e-3 { return significant(seconds * 1e6) + " µs" }
        if size < 0.9995 { return significant(seconds * 1e3) + " ms" }
        if size < 119.5 { return significant(seconds) + " s" }
        if size < 7_170 { return significant(seconds / 60) + " min" }
        return significant(seconds / 3_600) + " h"
    }

    /// `0.034%`. A share that isn't zero never reads as zero.
    package static func share(_ share: Double) -> String { significant(share * 100) + "%" }

    /// `12,345`
    package static func count(_ count: Double) -> String {
        guard count.rounded() == count, abs(count) < 9e15 else { return significant(count) }
        return Readable.count(Int64(count))
    }

    package static func count(_ count: some BinaryInteger) -> String {
        let digits = Array(String(count.magnitude))
        var text = count < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1 run`, `1,200 runs`
    package static func counted(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
        "\(Readable.count(count)) \(count == 1 ? one : many ?? one + "s")"
    }

    /// Three significant digits, more only for whole numbers: `1.21`, `0.00034`, `45`, `1234`.
    package static func significant(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not measured" : "inf" }
        if value == 0 { return "0" }
        var decimals = 2
        var size = abs(value)
        while size >= 9.995 && decimals > 0 {
            size /= 10
            decimals -= 1
        }
        while size < 0.9995 && decimals < 20 {
            size *= 10
            decimals += 1
        }
        return trimmed(value, decimals: decimals)
    }

    /// At most so many decimals, without zeros at the end.
    package static func trimmed(_ value: Double, decimals: Int) -> String {
        // The C format in the C locale: `setlocale` is never called.
        let text = String(format: "%.\(decimals)f", value)
        guard text.contains(".") else { return text }
        var trimmed = Substring(text)
        while trimmed.hasSuffix("0") { trimmed.removeLast() }
        if trimmed.hasSuffix(".") { trimmed.removeLast() }
        return String(trimmed)
    }
}
