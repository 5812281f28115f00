// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Quantities back to text, in one normal form each: the resolved scenario and its fingerprint use it.
package enum QuantityText {
    package static func duration(_ nanoseconds: Int64) -> String { Interval(nanoseconds: nanoseconds).description }

    /// Millionths as a decimal number without needless zeros.
    static func decimal(micros: Int64) -> String { decimal(micros, of: 1_000_000) }

    /// A number of parts, of which `one` make a whole: a power of ten.
    private static func decimal(_ parts: Int64, of one: Int64) -> String {
        let whole = parts / one
        let rest = parts % one
        if rest == 0 { return "\(whole)" }
        var digits = String(rest + one).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    package static func rate(micros: Int64) -> String {
        for (name, factor) in [("G", Int64(1_000_000_000)), ("M", 1_000_000), ("k", 1_000)]
        where micros != 0 && micros % (factor * 1_000_000) == 0 {
            return "\(micros / (factor * 1_000_000))\(name)/s"
        }
        return "\(decimal(micros: micros))/s"
    }

    package static func share(micros: Int64) -> String {
        // 1 % is 10,000 millionths.
        "\(decimal(micros, of: 10_000))%"
    }

    package static func factor(micros: Int64) -> String { "\(decimal(micros: micros))x" }

    package static func size(_ bytes: Int64) -> String {
        for (name, size) in [("GiB", Int64(1) << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes != 0 && bytes % size == 0 {
            return "\(bytes / size)\(name)"
        }
        return "\(bytes)B"
    }

    package static func count(_ count: Int64) -> String { "\(count)" }
}
