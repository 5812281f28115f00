// SPDX-License-Identifier: GPL-3.0-or-later

/// The path of a value in `summary.json`, as `ledger.delivered`. A dot or a backslash within a name follows a backslash.
struct SummaryKey {
    let text: String

    init(_ text: String) { self.text = text }

    static func / (key: SummaryKey, name: String) -> SummaryKey {
        var text = key.text + "."
        for character in name {
            if character == "." || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return SummaryKey(text)
    }

    static func / (key: SummaryKey, index: Int) -> SummaryKey { SummaryKey("\(key.text).\(index)") }
}
