// SPDX-License-Identifier: Apache-2.0

/// What a YAML document says, each value with its place: scalars are texts, aliases do not exist, keys are texts.
struct Tree: Sendable {
    var content: Content
    var place: Place

    indirect enum Content: Sendable {
        /// Nothing, `~` or `null`.
        case empty
        case scalar(String)
        case list([Tree])
        case map([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var place: Place
        var value: Tree
    }

    init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
    }

    var scalar: String? {
        if case .scalar(let text) = content { return text }
        return nil
    }

    var entries: [Entry]? {
        if case .map(let entries) = content { return entries }
        return nil
    }

    var isEmpty: Bool {
        if case .empty = content { return true }
        return false
    }

    subscript(key: String) -> Tree? { entries?.first { $0.key == key }?.value }

    /// What it is, for a message: `a map`, `the text 'abc'`.
    var kindName: String {
        switch content {
        case .empty: "nothing"
        case .scalar(let text): "'\(text.shortened)'"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// `self` overlaid with `other`: maps are merged key by key, everything else is replaced; an empty value removes
    /// its key.
    func overlaid(with other: Tree) -> Tree {
        guard case .map(var entries) = content, case .map(let overlay) = other.content else { return other }
        for entry in overlay {
            let index = entries.firstIndex { $0.key == entry.key }
            if entry.value.isEmpty {
                if let index { entries.remove(at: index) }
            } else if let index {
                entries[index].value = entries[index].value.overlaid(with: entry.value)
                entries[index].place = entry.place
            } else {
                entries.append(entry)
            }
        }
        return Tree(.map(entries), at: other.place)
    }
}

extension String {
    /// Cut to 60 characters, without line breaks: for a message.
    var shortened: String {
        let line = String(String.UnicodeScalarView(unicodeScalars.prefix(61).map { $0.value < 32 ? " " : $0 }))
        return unicodeScalars.count > 60 ? String(line.unicodeScalars.dropLast()) + "…" : line
    }
}
