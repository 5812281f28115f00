// SPDX-License-Identifier: GPL-3.0-or-later

/// Names of folders for results.
package enum OutputName {
    /// `NAME-SEED` or `NAME-VARIANT-SEED`: one path component, whatever the scenario is called.
    package static func folder(scenario: String, variant: String?, seed: UInt64) -> String {
        let parts = [safe(scenario)] + (variant.map { [safe($0)] } ?? []) + [String(seed)]
        return parts.joined(separator: "-")
    }

    /// Letters, digits, `.`, `_` and `-` of ASCII, 80 at most, not beginning with a point; everything else becomes `-`.
    package static func safe(_ name: String) -> String {
        var text = ""
        for character in name.unicodeScalars.prefix(80) {
            let isPlain = character.isASCII && (character.properties.isAlphabetic || ("0"..."9").contains(character))
            let isAllowed = isPlain || "_-".unicodeScalars.contains(character) || (character == "." && !text.isEmpty)
            text.unicodeScalars.append(isAllowed ? character : "-")
        }
        return text.isEmpty ? "run" : text
    }
}
