// SPDX-License-Identifier: Apache-2.0
import GaleModels

/// A scenario as the pattern of many: each draw sets some of its values and gives it faults, and what comes out is a scenario as
/// any other, which can be written as a file.
public struct ExplorationTemplate {
    /// As the file has it.
    public let scenario: Scenario
    public let exploration: Exploration
    private let tree: Tree
    private let reading: Reading

    /// One value of a drawn world.
    public struct Setting: Sendable {
        public var path: String
        public var value: ScenarioValue
        /// Of the range that it was drawn from.
        var place = ScenarioValue.nowhere

        public init(_ path: String, _ value: ScenarioValue) {
            self.path = path
            self.value = value
        }
    }

    init(scenario: Scenario, tree: Tree, reading: Reading, diagnostics: Diagnostics) {
        self.scenario = scenario
        self.reading = reading
        exploration =
            ExplorationReader(
                scenario: tree, duration: scenario.specification.duration, diagnostics: diagnostics
            ).read()
        self.tree = Self.pattern(tree)
    }

    /// What every drawn world has in common: no faults, variants, theory or regression of its own, and only what must always hold.
    private static func pattern(_ tree: Tree) -> Tree {
        let dropped = ["variants", "theory", "faults", "explore", "expect", "extends", "regression"]
        var entries = (tree.entries ?? []).filter { !dropped.contains($0.key) }
        let expectations = tree["explore"]?["expect"] ?? Tree(.list([]), at: tree.place)
        entries.append(Tree.Entry(key: "expect", place: expectations.place, value: expectations))
        return Tree(.map(entries), at: tree.place)
    }

    /// The scenario with these values.
    ///
    /// - Parameter isDescribed: whether its text and fingerprint are wanted, which take longer than all the rest.
    /// - Throws: `ScenarioError` when they do not make one.
    public func drawn(_ settings: [Setting], isDescribed: Bool = true) throws(ScenarioError) -> Scenario {
        let diagnostics = Diagnostics()
        let drawn = reading.resolve(
            laid(settings, diagnostics), scenario.variant, diagnostics, isDescribed: isDescribed)
        try diagnostics.throwErrors()
        return drawn
    }

    /// The text of a scenario file that reads as `drawn(settings)`.
    public func text(_ settings: [Setting], comment: [String]) -> String {
        let tree = laid(settings, Diagnostics())
        return comment.map { "# \($0)\n" }.joined() + TreeText.text(tree)
    }

    private func laid(_ settings: [Setting], _ diagnostics: Diagnostics) -> Tree {
        var tree = tree
        for setting in settings {
            guard let path = TreePath(setting.path, at: setting.place, diagnostics: diagnostics) else { continue }
            tree = tree.setting(path.steps[...], to: setting.value.tree, diagnostics: diagnostics)
        }
        return tree
    }

    /// What must hold in every drawn world, as text.
    package var expectations: String { tree["expect"].map { TreeText.flow($0) } ?? "" }

    /// Whether the ends of all ranges, and each choice, make a scenario; what does not is an error at its place.
    func check(_ diagnostics: Diagnostics) {
        let most = exploration.ranges.map { $0.bounds.count }.max() ?? 1
        for place in 0..<max(1, most) {
            let own = Diagnostics()
            let settings = exploration.ranges.map { range in
                var setting = Setting(
                    range.path, ScenarioValue(tree: range.bounds[min(place, range.bounds.count - 1)]))
                setting.place = range.place
                return setting
            }
            _ = reading.resolve(laid(settings, own), scenario.variant, own, isDescribed: false)
            for error in own.errors {
                let isKnown = diagnostics.errors.contains {
                    $0.location == error.location && $0.message.hasSuffix(error.message)
                }
                if !isKnown { diagnostics.add(error, prefix: "explore: ") }
            }
            if diagnostics.isFull { return }
        }
    }
}
