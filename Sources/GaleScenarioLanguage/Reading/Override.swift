// SPDX-License-Identifier: Apache-2.0

/// One value put over a scenario's own: `--set policies.standard.retry.budget=none`.
public struct Override: Equatable, Sendable {
    /// What diagnostics have in the place of a file's name.
    public static let file = "--set"

    /// As the user wrote it: `path=value`.
    public var text: String

    /// Any text; what is wrong with it is found when a scenario is read.
    public init(_ text: String) { self.text = text }

    public init(path: String, value: String) { text = "\(path)=\(value)" }

    /// The path with its places, and the value; nil after a diagnostic.
    func parsed(folder: String?, diagnostics: Diagnostics) -> (path: TreePath, value: Tree)? {
        let source = SourceText(file: Self.file, folder: folder, text: text)
        let start = Place(source: source, line: 1, column: 1)
        guard let sign = text.unicodeScalars.firstIndex(of: "=") else {
            diagnostics.error(
                "'\(text.shortened)' has no '='; expected path=value", at: start,
                remedy: "for example: --set policies.standard.retry.budget=none")
            return nil
        }
        let pathText = String(text.unicodeScalars[..<sign])
        let valueText = String(text.unicodeScalars[text.unicodeScalars.index(after: sign)...])
        guard let path = TreePath(pathText, at: start, diagnostics: diagnostics) else { return nil }
        let shift = pathText.unicodeScalars.count + 1
        guard let value = TreeReader.read(valueText, source: source, diagnostics: diagnostics, firstColumn: shift)
        else {
            return nil
        }
        return (path, value)
    }
}

/// A path into a tree: keys, or positions in lists from 0, joined by points.
struct TreePath {
    struct Step {
        var key: String
        var place: Place
    }

    var steps: [Step] = []

    static let fixedKeys: Set<String> = ["extends", "variants", "explore"]

    init?(_ text: String, at place: Place, diagnostics: Diagnostics) {
        var offset = 0
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            if part.isEmpty || steps.count >= 32 {
                diagnostics.error(
                    "'\(text.shortened)' is no path; expected keys joined by points, such as providers.apns.capacity",
                    at: place)
                return nil
            }
            steps.append(Step(key: String(part), place: place.within(offset)))
            offset += part.unicodeScalars.count + 1
        }
        if let first = steps.first, Self.fixedKeys.contains(first.key) {
            diagnostics.error("'\(first.key)' cannot be set from outside", at: place)
            return nil
        }
    }
}

extension TreePath {
    /// Whether what it changes or removes is declared in `tree`; a diagnostic otherwise. Only a whole declaration may be new: a
    /// mistyped name would make another policy beside the one that was meant.
    func isDeclared(in tree: Tree, removing: Bool, _ diagnostics: Diagnostics) -> Bool {
        guard steps.count > (removing ? 1 : 2),
            let entity = Entity.allCases.first(where: { $0.section == steps[0].key })
        else { return true }
        let section = tree[entity.section]
        if section?.scalar != nil { return true }
        let declared = section?.entries?.map(\.key) ?? []
        let name = steps[1].key
        if declared.contains(name) { return true }
        let shown = declared.prefix(40).joined(separator: ", ") + (declared.count > 40 ? ", …" : "")
        diagnostics.error(
            "no \(entity.rawValue) named '\(name.shortened)'", at: steps[1].place,
            suggestion: NearestName.of(name, among: declared) ?? (declared.count == 1 ? declared[0] : nil),
            remedy: (declared.isEmpty ? "the scenario declares none" : "declared: \(shown)")
                + (removing ? "" : "; a new one is given whole: \(entity.section).\(name.shortened)={KEY: VALUE, …}"))
        return false
    }
}

extension Tree {
    /// The tree with `value` at `path`. Maps that are missing on the way are made; what they are is checked later.
    func setting(_ path: ArraySlice<TreePath.Step>, to value: Tree, diagnostics: Diagnostics) -> Tree {
        guard let step = path.first else { return value }
        let rest = path.dropFirst()
        switch content {
        case .list(var trees):
            guard let index = Int(step.key), trees.indices.contains(index) else {
                diagnostics.error(
                    "'\(step.key.shortened)' is no position in this list; expected 0 to \(trees.count - 1)",
                    at: step.place)
                return self
            }
            trees[index] = trees[index].setting(rest, to: value, diagnostics: diagnostics)
            return Tree(.list(trees), at: place)
        case .scalar(let text):
            // `budget: none` becomes a map when a key of it is set.
            if text != "none" {
                diagnostics.error(
                    "'\(step.key.shortened)' cannot be set: its parent is the value '\(text.shortened)', not a map",
                    at: step.place, remedy: "set the parent as a whole: PATH={KEY: VALUE, …}")
                return self
            }
            return Tree(.map([]), at: place).setting(path, to: value, diagnostics: diagnostics)
        case .empty:
            return Tree(.map([]), at: place).setting(path, to: value, diagnostics: diagnostics)
        case .map(var entries):
            let index = entries.firstIndex { $0.key == step.key }
            if rest.isEmpty, value.isEmpty {
                if let index { entries.remove(at: index) }
                return Tree(.map(entries), at: place)
            }
            let old = index.map { entries[$0].value } ?? Tree(.map([]), at: step.place)
            let entry = Tree.Entry(
                key: step.key, place: rest.isEmpty ? step.place : index.map { entries[$0].place } ?? step.place,
                value: old.setting(rest, to: value, diagnostics: diagnostics))
            if let index { entries[index] = entry } else { entries.append(entry) }
            return Tree(.map(entries), at: place)
        }
    }
}
