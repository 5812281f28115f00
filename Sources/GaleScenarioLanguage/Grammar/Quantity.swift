// SPDX-License-Identifier: Apache-2.0

/// Exact reading of quantities: a decimal number and a unit, to a whole number of the smallest unit. No floating point.
package enum Quantity {
    /// A decimal number without sign: `digits` / 10^`decimals`.
    struct Decimal: Equatable {
        var digits: UInt64
        var decimals: Int
    }

    package enum Problem: Error, Equatable {
        /// It does not begin with a number.
        case notNumber
        case negative
        /// A number without the unit that it needs.
        case noUnit
        case unknownUnit(String)
        case tooLarge
        /// More precise than the smallest unit.
        case tooPrecise
    }

    /// Splits `12.5ms` into the number and `ms`. Spaces between them are allowed.
    static func split(_ text: String) throws(Problem) -> (Decimal, unit: String) {
        var digits: UInt64 = 0
        var decimals = 0
        var seenDigit = false
        var seenPoint = false
        let scalars = Array(text.unicodeScalars)
        var index = 0
        if scalars.first == "-" { throw .negative }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == ".", !seenPoint {
                seenPoint = true
            } else if scalar >= "0", scalar <= "9" {
                let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(scalar.value - 48))
                if overflow || carry { throw .tooLarge }
                digits = sum
                seenDigit = true
                if seenPoint { decimals += 1 }
            } else {
                break
            }
            index += 1
        }
        if !seenDigit || scalars[index - 1] == "." { throw .notNumber }
        while index < scalars.count, scalars[index] == " " { index += 1 }
        return (Decimal(digits: digits, decimals: decimals), String(String.UnicodeScalarView(scalars[index...])))
    }

    /// `number` × `scale` / `divisor`, rounded to nearest when `rounding`, else exact.
    static func whole(
        _ number: Decimal, scale: UInt64, divisor: UInt64 = 1, rounding: Bool = false
    ) throws(Problem) -> Int64 {
        var number = number
        while number.decimals > 0, number.digits % 10 == 0 {
            number.digits /= 10
            number.decimals -= 1
        }
        if number.decimals > 18 { throw .tooPrecise }
        var power: UInt64 = 1
        for _ in 0..<number.decimals { power *= 10 }
        let (denominator, overflow) = power.multipliedReportingOverflow(by: divisor)
        if overflow { throw .tooPrecise }
        let product = number.digits.multipliedFullWidth(by: scale)
        if product.high >= denominator { throw .tooLarge }
        var (quotient, remainder) = denominator.dividingFullWidth((product.high, product.low))
        if remainder != 0 {
            if !rounding { throw .tooPrecise }
            if remainder >= denominator - remainder { quotient += 1 }
        }
        guard let value = Int64(exactly: quotient) else { throw .tooLarge }
        return value
    }

    static let durationUnits: [(name: String, nanoseconds: UInt64)] = [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000),
        ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]
    static let sizeUnits: [(name: String, bytes: UInt64)] = [
        ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ]
    static let multipliers: [(name: String, factor: UInt64)] = [
        ("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000),
    ]
    static let rateUnits: [(name: String, seconds: UInt64)] = [("/s", 1), ("/min", 60), ("/h", 3_600)]

    /// Nanoseconds.
    package static func duration(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        // Zero needs no unit by mathematics, but one rule without exceptions is easier to remember.
        if unit.isEmpty { throw .noUnit }
        guard let known = durationUnits.first(where: { $0.name == unit }) else { throw .unknownUnit(unit) }
        return try whole(number, scale: known.nanoseconds)
    }

    /// Bytes.
    package static func size(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        if unit.isEmpty { throw .noUnit }
        guard let known = sizeUnits.first(where: { $0.name == unit }) else { throw .unknownUnit(unit) }
        return try whole(number, scale: known.bytes)
    }

    /// Millionths per second, rounded to the nearest.
    package static func rate(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        if unit.isEmpty || multipliers.contains(where: { $0.name == unit }) { throw .noUnit }
        for (multiplier, factor) in multipliers {
            for (name, seconds) in rateUnits where multiplier + name == unit {
                return try whole(number, scale: factor * 1_000_000, divisor: seconds, rounding: true)
            }
        }
        throw .unknownUnit(unit)
    }

    /// Millionths.
    package static func share(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        if unit.isEmpty { throw .noUnit }
        if unit != "%" { throw .unknownUnit(unit) }
        return try whole(number, scale: 10_000)
    }

    /// Millionths: `3x` or `3`.
    package static func factor(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        if !unit.isEmpty, unit != "x" { throw .unknownUnit(unit) }
        return try whole(number, scale: 1_000_000)
    }

    /// A plain count: `2000`, `4k`, `1.5M`.
    package static func count(_ text: String) throws(Problem) -> Int64 {
        let (number, unit) = try split(text)
        guard let known = multipliers.first(where: { $0.name == unit }) else { throw .unknownUnit(unit) }
        return try whole(number, scale: known.factor)
    }

    /// A plain decimal number.
    package static func number(_ text: String) throws(Problem) -> Double {
        let (number, unit) = try split(text)
        if !unit.isEmpty { throw .unknownUnit(unit) }
        if number.decimals > 15 || number.digits > 1 << 53 { throw .tooPrecise }
        var power = 1.0
        for _ in 0..<number.decimals { power *= 10 }
        return Double(number.digits) / power
    }
}
