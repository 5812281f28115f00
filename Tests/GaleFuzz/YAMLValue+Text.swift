// SPDX-License-Identifier: Apache-2.0

extension YAMLValue {
    /// As YAML, maps in lines down to `blockLevels`, in braces below.
    func text(blockLevels: Int) -> String {
        var text = ""
        write(indent: "", levels: blockLevels, into: &text)
        return text.last == "\n" ? text : text + "\n"
    }

    private func write(indent: String, levels: Int, into text: inout String) {
        switch self {
        case .map(let entries) where levels > 0 && !entries.isEmpty:
            for entry in entries {
                text += indent + Self.quoted(entry.key) + ":"
                entry.value.writeBelow(indent: indent + "  ", levels: levels - 1, into: &text)
            }
        case .list(let values) where levels > 0 && !values.isEmpty:
            for value in values { text += indent + "- " + value.flow + "\n" }
        default:
            text += indent + flow + "\n"
        }
    }

    private func writeBelow(indent: String, levels: Int, into text: inout String) {
        switch self {
        case .map(let entries) where levels > 0 && !entries.isEmpty: fallthrough
        case .list where levels > 0:
            text += "\n"
            write(indent: indent, levels: levels, into: &text)
        default:
            text += " " + flow + "\n"
        }
    }

    private var flow: String {
        var text = ""
        writeFlow(into: &text)
        return text
    }

    private func writeFlow(into text: inout String) {
        switch self {
        case .scalar(let words): text += Self.quoted(words)
        case .raw(let words): text += words
        case .list(let values):
            text += "["
            for (place, value) in values.enumerated() {
                if place > 0 { text += ", " }
                value.writeFlow(into: &text)
            }
            text += "]"
        case .map(let entries):
            text += "{"
            for (place, entry) in entries.enumerated() {
                if place > 0 { text += ", " }
                text += Self.quoted(entry.key) + ": "
                entry.value.writeFlow(into: &text)
            }
            text += "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 32, 37, 45, 46, 47, 60, 61, 62, 40, 41, 95: true
            default: false
            }
        }
        let first = text.utf8.first ?? 0
        let isWord = (48...57).contains(first) || (65...90).contains(first) || (97...122).contains(first)
        if plain, isWord, text.utf8.last != 32 { return text }
        var escaped = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\0": escaped += "\\0"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }
}
