// SPDX-License-Identifier: GPL-3.0-or-later

/// Text as XML 1.0 takes it, in attributes and in content.
enum XMLText {
    /// Escaped, also for quoted attributes, where a line's end would be read as a space. What XML cannot hold at all is
    /// written out, `\u{1B}`.
    static func escaped(_ plain: String) -> String {
        var text = ""
        text.reserveCapacity(plain.utf8.count)
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&apos;"
            case "\t", "\n", "\r": text += "&#\(scalar.value);"
            case _ where !isAllowed(scalar): text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// `Char` of XML 1.0 without what is discouraged there.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
