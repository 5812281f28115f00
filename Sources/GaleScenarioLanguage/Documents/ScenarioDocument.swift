// SPDX-License-Identifier: Apache-2.0

/// A scenario as it is written, to be changed and written again: a file with what it extends laid under it, and with a variant and
/// overrides applied, if any. It has no variants and nothing to explore itself.
public struct ScenarioDocument: Sendable {
    var tree: Tree

    /// What a path leads through: keys, and positions in lists.
    public typealias Path = [String]

    private static let dropped = ["extends", "variants", "explore"]

    /// Reads a file.
    ///
    /// - Throws: `ScenarioError` when it is no scenario.
    public init(path: String, overrides: [Override] = [], variant: String? = nil) throws(ScenarioError) {
        _ = try ScenarioReader.read(path: path, overrides: overrides, variant: variant)
        let diagnostics = Diagnostics()
        let loaded = ScenarioLoader(files: SourceFiles(), diagnostics: diagnostics).load(path)
        let laid = loaded.map {
            ScenarioReader.laid($0, file: path, overrides: overrides, variant: variant, diagnostics)
        }
        try diagnostics.throwErrors()
        self.init(tree: laid ?? Tree(.map([]), at: Self.nowhere))
    }

    /// Reads a text.
    ///
    /// - Throws: `ScenarioError` when it is no YAML map.
    public init(text: String) throws(ScenarioError) {
        let diagnostics = Diagnostics()
        let tree = TreeReader.read(
            text, source: SourceText(file: "scenario.yaml", folder: nil, text: text), diagnostics: diagnostics)
        try diagnostics.throwErrors()
        self.init(tree: tree ?? Tree(.map([]), at: Self.nowhere))
    }

    private init(tree: Tree) {
        let entries = (tree.entries ?? []).filter { !Self.dropped.contains($0.key) }
        self.tree = Tree(.map(entries), at: tree.place)
    }

    static let nowhere = Place(source: SourceText(file: "document", folder: nil, text: ""), line: 1, column: 1)

    /// A scenario file that reads as this document.
    public var text: String { TreeText.text(tree) }

    /// The scenario that it is, as a file of that name would be.
    ///
    /// - Throws: `ScenarioError` when it is none.
    public func scenario(file: String) throws(ScenarioError) -> Scenario {
        try ScenarioReader.read(text: text, asFile: file)
    }

    // MARK: Values

    /// Keys of the map, or positions in the list, at a path; empty: there is neither.
    public func keys(at path: Path) -> [String] {
        switch tree.value(at: path[...])?.content {
        case .map(let entries): entries.map(\.key)
        case .list(let trees): trees.indices.map(String.init)
        default: []
        }
    }

    /// The text of the scalar at a path.
    public func scalar(at path: Path) -> String? { tree.value(at: path[...])?.scalar }

    /// Puts a scalar at a path; maps that are missing on the way are made.
    public func setting(_ path: Path, to text: String) -> ScenarioDocument {
        setting(path, to: Tree(.scalar(text), at: Self.nowhere))
    }

    /// Puts a list of scalars at a path.
    public func setting(_ path: Path, to list: [String]) -> ScenarioDocument {
        setting(path, to: Tree(.list(list.map { Tree(.scalar($0), at: Self.nowhere) }), at: Self.nowhere))
    }

    private func setting(_ path: Path, to value: Tree) -> ScenarioDocument {
        var document = self
        document.tree = tree.setting(
            path.map { TreePath.Step(key: $0, place: Self.nowhere) }[...], to: value, diagnostics: Diagnostics())
        return document
    }

    /// Without a key of a map, or an element of a list.
    public func removing(_ path: Path) -> ScenarioDocument {
        var document = self
        document.tree = tree.removing(path[...])
        return document
    }

    /// With only some of the keys or elements at a path.
    public func keeping(_ keys: [String], at path: Path) -> ScenarioDocument {
        var document = self
        // From the end, so that positions in a list stay good.
        for key in self.keys(at: path).reversed() where !keys.contains(key) {
            document = document.removing(path + [key])
        }
        return document
    }

    /// Every path that leads to something, the outer before the inner.
    public var paths: [Path] { tree.paths }
}

extension Tree {
    func value(at path: ArraySlice<String>) -> Tree? {
        guard let key = path.first else { return self }
        switch content {
        case .map: return self[key]?.value(at: path.dropFirst())
        case .list(let trees):
            guard let place = Int(key), trees.indices.contains(place) else { return nil }
            return trees[place].value(at: path.dropFirst())
        default: return nil
        }
    }

    fileprivate func removing(_ path: ArraySlice<String>) -> Tree {
        guard let key = path.first else { return self }
        let isLast = path.count == 1
        switch content {
        case .map(var entries):
            guard let place = entries.firstIndex(where: { $0.key == key }) else { return self }
            if isLast {
                entries.remove(at: place)
            } else {
                entries[place].value = entries[place].value.removing(path.dropFirst())
            }
            return Tree(.map(entries), at: self.place)
        case .list(var trees):
            guard let place = Int(key), trees.indices.contains(place) else { return self }
            if isLast { trees.remove(at: place) } else { trees[place] = trees[place].removing(path.dropFirst()) }
            return Tree(.list(trees), at: self.place)
        default: return self
        }
    }

    fileprivate var paths: [[String]] {
        let parts: [(String, Tree)]
        switch content {
        case .map(let entries): parts = entries.map { ($0.key, $0.value) }
        case .list(let trees): parts = trees.enumerated().map { (String($0), $1) }
        default: return []
        }
        return parts.flatMap { key, tree in [[key]] + tree.paths.map { [key] + $0 } }
    }
}
