// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Quantities back to text, in one normal form each: the resolved scenario and its fingerprint use it.
enum QuantityText {
    static func duration(_ nanoseconds: Int64) -> String { Interval(nanoseconds: nanoseconds).description }

    /// Millionths as a decimal number without needless zeros.
    static func decimal(micros: Int64) -> String {
        let whole = micros / 1_000_000
        let rest = micros % 1_000_000
        if rest == 0 { return "\(whole)" }
        var digits = String(rest + 1_000_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    static func rate(micros: Int64) -> String {
        for (name, factor) in [("G", Int64(1_000_000_000)), ("M", 1_000_000), ("k", 1_000)]
        where micros != 0 && micros % (factor * 1_000_000) == 0 {
            return "\(micros / (factor * 1_000_000))\(name)/s"
        }
        return "\(decimal(micros: micros))/s"
    }

    static func share(micros: Int64) -> String {
        // 1 % is 10,000 millionths.
        "\(decimal(micros: micros / 10_000 * 1_000_000 + micros % 10_000 * 100))%"
    }

    static func factor(micros: Int64) -> String { "\(decimal(micros: micros))x" }

    static func size(_ bytes: Int64) -> String {
        for (name, size) in [("GiB", Int64(1) << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes != 0 && bytes % size == 0 {
            return "\(bytes / size)\(name)"
        }
        return "\(bytes)B"
    }

    static func count(_ count: Int64) -> String { "\(count)" }
}
