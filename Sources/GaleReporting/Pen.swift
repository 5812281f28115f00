// SPDX-License-Identifier: GPL-3.0-or-later

/// ANSI colours (ECMA-48 SGR), or none.
struct Pen {
    enum Style: String {
        case pass = "1;30;42"
        case fail = "1;97;41"
        case green = "32"
        case red = "31"
        case yellow = "33"
        case faint = "2"
    }

    let colour: Bool

    func paint(_ text: String, _ style: Style) -> String {
        guard colour else { return text }
        let padded = style == .pass || style == .fail ? " \(text) " : text
        return "\u{1b}[\(style.rawValue)m\(padded)\u{1b}[0m"
    }
}
