// SPDX-License-Identifier: Apache-2.0

/// A tree as YAML text that reads as the same tree.
enum TreeText {
    /// Sections get a line for each of their entries; what is below stands on one line.
    static func text(_ tree: Tree) -> String {
        var lines: [String] = []
        for entry in tree.entries ?? [] { write(entry, indent: "", depth: 0, into: &lines) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ entry: Tree.Entry, indent: String, depth: Int, into lines: inout [String]) {
        let line = "\(indent)\(scalar(entry.key)): \(flow(entry.value))"
        if case .map(let entries) = entry.value.content, !entries.isEmpty, depth == 0 || line.count > 110 {
            lines.append("\(indent)\(scalar(entry.key)):")
            for inner in entries { write(inner, indent: indent + "  ", depth: depth + 1, into: &lines) }
        } else if case .list(let trees) = entry.value.content, !trees.isEmpty, depth == 0 || line.count > 110 {
            lines.append("\(indent)\(scalar(entry.key)):")
            for tree in trees { lines.append("\(indent)  - \(flow(tree))") }
        } else {
            lines.append(line)
        }
    }

    static func flow(_ tree: Tree) -> String {
        switch tree.content {
        case .empty: "~"
        case .scalar(let text): scalar(text)
        case .list(let trees): "[" + trees.map(flow).joined(separator: ", ") + "]"
        case .map(let entries):
            "{" + entries.map { "\(scalar($0.key)): \(flow($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    private static func scalar(_ text: String) -> String { ResolvedScenario.quoted(text) }
}
