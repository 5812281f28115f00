// SPDX-License-Identifier: Apache-2.0
import Testing

/// A scenario with one mistake. `¦` in the replacement marks where the diagnostic must point.
struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var base: String
    /// Occurs once in `base`.
    var original: String
    var replacement: String
    /// What the message must say.
    var says: [String]
    var suggests: String?

    init(
        _ name: String, in base: String = Examples.brownout, _ original: String, _ replacement: String,
        says: [String], suggests: String? = nil
    ) {
        self.name = name
        self.base = base
        self.original = original
        self.replacement = replacement
        self.says = says
        self.suggests = suggests
    }

    var testDescription: String { name }

    /// The wrong text, and the line and column of the mark.
    var wrong: (text: String, line: Int, column: Int)? {
        let parts = base.components(separatedBy: original)
        guard parts.count == 2 else { return nil }
        let marked = parts[0] + replacement + parts[1]
        let pieces = marked.components(separatedBy: "¦")
        guard pieces.count == 2 else { return nil }
        let before = pieces[0].split(separator: "\n", omittingEmptySubsequences: false)
        return (pieces.joined(), before.count, (before.last?.unicodeScalars.count ?? 0) + 1)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
