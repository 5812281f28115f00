// SPDX-License-Identifier: Apache-2.0

/// Finds aliases before YAML is composed: a few lines of nested aliases can stand for more values than fit in memory.
enum AliasScan {
    /// The first `*name` for which there is an `&name`, both where a word may begin. Quotes and comments are not told
    /// apart: a file that has both in such places has no need to.
    static func firstAlias(in lines: [String]) -> (name: String, line: Int, column: Int)? {
        var anchors: Set<String> = []
        var aliases: [(name: String, line: Int, column: Int)] = []
        for (index, line) in lines.enumerated() where line.utf8.contains(38) || line.utf8.contains(42) {
            let scalars = Array(line.unicodeScalars)
            for (column, scalar) in scalars.enumerated() where scalar == "&" || scalar == "*" {
                if column > 0, isWord(scalars[column - 1]) { continue }
                let name = String(String.UnicodeScalarView(scalars[(column + 1)...].prefix(while: isWord)))
                if name.isEmpty { continue }
                if scalar == "&" { anchors.insert(name) } else { aliases.append((name, index + 1, column + 1)) }
            }
        }
        return aliases.first { anchors.contains($0.name) }
    }

    /// What libyaml takes for a part of an anchor's name.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
