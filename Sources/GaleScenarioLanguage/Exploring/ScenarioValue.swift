// SPDX-License-Identifier: Apache-2.0

/// A value as a scenario file could have it: a text, a list or a map.
public struct ScenarioValue: Sendable, CustomStringConvertible {
    let tree: Tree

    init(tree: Tree) { self.tree = tree }

    public init(_ text: String) { tree = Tree(.scalar(text), at: Self.nowhere) }
    public init(list: [ScenarioValue]) { tree = Tree(.list(list.map(\.tree)), at: Self.nowhere) }

    /// A map, in this order.
    public init(map: [(key: String, value: ScenarioValue)]) {
        tree = Tree(
            .map(map.map { Tree.Entry(key: $0.key, place: Self.nowhere, value: $0.value.tree) }), at: Self.nowhere)
    }

    /// On one line, as YAML.
    public var description: String { TreeText.flow(tree) }

    static let nowhere = Place(source: SourceText(file: "drawn", folder: nil, text: ""), line: 1, column: 1)
}
