// SPDX-License-Identifier: Apache-2.0

/// A quantity that could not be read, in words.
enum QuantityMessage {
    static func text(_ problem: Quantity.Problem, found: String, kind: Kind) -> (message: String, suggestion: String?) {
        let shown = "'\(found.shortened)'"
        switch problem {
        case .notNumber:
            return ("found \(shown), expected \(kind.expected)", nil)
        case .negative:
            return ("\(shown) is negative; expected \(kind.expected)", nil)
        case .noUnit:
            return ("\(shown) has no unit; expected \(kind.expected)", nil)
        case .unknownUnit(let unit):
            return (
                "unknown unit '\(unit.shortened)' in \(shown); expected \(kind.expected)", repaired(found, unit, kind)
            )
        case .tooLarge:
            return ("\(shown) is too large; expected \(kind.expected)", nil)
        case .tooPrecise:
            return ("\(shown) has more decimals than can be kept; expected \(kind.expected)", nil)
        }
    }

    /// The same quantity with the unit that was probably meant.
    private static func repaired(_ found: String, _ unit: String, _ kind: Kind) -> String? {
        let units: [String]
        switch kind {
        case .duration: units = Quantity.durationUnits.map(\.name)
        case .size: units = Quantity.sizeUnits.map(\.name)
        case .rate:
            units = Quantity.multipliers.flatMap { multiplier in Quantity.rateUnits.map { multiplier.name + $0.name } }
        case .share: units = ["%"]
        case .integer: units = ["k", "M", "G"]
        default: return nil
        }
        let number = found.unicodeScalars.prefix { ("0"..."9").contains($0) || $0 == "." }
        let aliases = [
            "sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "min", "mins": "min", "minute": "min",
            "minutes": "min", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "msec": "ms",
            "µs": "us", "μs": "us", "K": "k", "m/s": "M/s", "K/s": "k/s", "rps": "/s", "krps": "k/s", "percent": "%",
            "KB": "KiB", "k": "KiB", "K/sec": "k/s", "k/sec": "k/s", "/sec": "/s", "ps": "/s", "b": "B", "KIB": "KiB",
        ]
        if let alias = aliases[unit], units.contains(alias) { return String(number) + alias }
        return NearestName.of(unit, among: units).map { String(number) + $0 }
    }
}
