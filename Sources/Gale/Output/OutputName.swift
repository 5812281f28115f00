// SPDX-License-Identifier: GPL-3.0-or-later

/// Names of folders for results.
package enum OutputName {
    /// `NAME-SEED` or `NAME-VARIANT-SEED`: one path component, whatever the scenario is called.
    package static func folder(scenario: String, variant: String?, seed: UInt64) -> String {
        let parts = [safe(scenario)] + (variant.map { [safe($0)] } ?? []) + [String(seed)]
        return parts.joined(separator: "-")
    }

    /// `NAME-CAUSE-SEED` or `NAME-VARIANT-CAUSE-SEED`: two causes of one seed are two files.
    package static func regression(scenario: String, variant: String?, cause: String, seed: UInt64) -> String {
        let parts = [safe(scenario)] + (variant.map { [safe($0)] } ?? []) + [slug(cause), String(seed)]
        return parts.joined(separator: "-")
    }

    /// Small letters and digits of ASCII with single dashes between them, 48 at most.
    package static func slug(_ text: String) -> String {
        var slug = ""
        for character in text.unicodeScalars where slug.count < 48 {
            if character.isASCII, character.properties.isAlphabetic || ("0"..."9").contains(character) {
                slug += character.properties.lowercaseMapping
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug += "-"
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? "cause" : slug
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
