// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// Reads a scenario: YAML to checked values. Every mistake found in one pass is in the error that it throws.
public enum ScenarioReader {
    /// Reads a file, with those that it extends and the profiles that it names.
    ///
    /// Overrides are put over the scenario after the variant's own.
    public static func read(
        path: String, overrides: [Override] = [], variant: String? = nil
    ) throws(ScenarioError) -> Scenario {
        let files = SourceFiles()
        let diagnostics = Diagnostics()
        let tree = ScenarioLoader(files: files, diagnostics: diagnostics).load(path)
        return try Reading(file: path, files: files, overrides: overrides).scenario(tree, variant, diagnostics)
    }

    /// Reads a file as the pattern of worlds to be drawn.
    public static func template(
        path: String, overrides: [Override] = [], variant: String? = nil
    ) throws(ScenarioError) -> ExplorationTemplate {
        let files = SourceFiles()
        let diagnostics = Diagnostics()
        let tree = ScenarioLoader(files: files, diagnostics: diagnostics).load(path)
        return try Reading(file: path, files: files, overrides: overrides).template(tree, variant, diagnostics)
    }

    /// Reads a text as the pattern of worlds to be drawn, as `read(text:)` does.
    public static func template(
        text: String, file: String = "scenario.yaml", files: [String: String] = [:], overrides: [Override] = [],
        variant: String? = nil
    ) throws(ScenarioError) -> ExplorationTemplate {
        let files = SourceFiles(memory: files, readsDisk: false)
        let diagnostics = Diagnostics()
        let tree = ScenarioLoader(files: files, diagnostics: diagnostics).load(text: text, path: file)
        return try Reading(file: file, files: files, overrides: overrides).template(tree, variant, diagnostics)
    }

    /// Reads a text as if it were the file `file`; profiles and other files that it names are looked up on the disk.
    static func read(text: String, asFile file: String) throws(ScenarioError) -> Scenario {
        let files = SourceFiles()
        let diagnostics = Diagnostics()
        let tree = ScenarioLoader(files: files, diagnostics: diagnostics).load(text: text, path: file)
        return try Reading(file: file, files: files, overrides: []).scenario(tree, nil, diagnostics)
    }

    /// A tree with a variant and overrides laid over it.
    static func laid(
        _ tree: Tree, file: String, overrides: [Override], variant: String?, _ diagnostics: Diagnostics
    ) -> Tree {
        let reading = Reading(file: file, files: SourceFiles(), overrides: overrides)
        let applied = variant.map { reading.applying($0, to: tree, diagnostics) } ?? tree
        return reading.applyingOverrides(to: applied, diagnostics)
    }

    /// Reads a text as if it were the file `file`; `files` are further files by path (extended scenarios, profiles,
    /// CSV). Nothing is read from the disk.
    public static func read(
        text: String, file: String = "scenario.yaml", files: [String: String] = [:], overrides: [Override] = [],
        variant: String? = nil
    ) throws(ScenarioError) -> Scenario {
        let files = SourceFiles(memory: files, readsDisk: false)
        let diagnostics = Diagnostics()
        let tree = ScenarioLoader(files: files, diagnostics: diagnostics).load(text: text, path: file)
        return try Reading(file: file, files: files, overrides: overrides).scenario(tree, variant, diagnostics)
    }
}

/// One reading of one scenario.
struct Reading {
    let file: String
    let files: SourceFiles
    let overrides: [Override]
    let cache = ProfileReader.Cache()

    func scenario(
        _ tree: Tree?, _ variant: String?, _ diagnostics: Diagnostics
    ) throws(ScenarioError) -> Scenario {
        guard let tree else { throw ScenarioError(diagnostics: diagnostics.errors) }
        var laid = tree
        if let variant { laid = applying(variant, to: laid, diagnostics) }
        laid = applyingOverrides(to: laid, diagnostics)
        var scenario = resolve(laid, variant, diagnostics)
        if let variant, !scenario.warnings.isEmpty {
            scenario.warnings = named(scenario.warnings, variant, beside: tree)
        }
        // What is overridden for one run need not fit a variant that lies below it.
        if variant == nil, overrides.isEmpty { checkVariants(of: tree, diagnostics) }
        if variant == nil, diagnostics.errors.isEmpty, laid["explore"] != nil {
            template(scenario, laid, diagnostics).check(diagnostics)
        }
        try diagnostics.throwErrors()
        return scenario
    }

    /// The scenario as the pattern of drawn ones.
    func template(
        _ tree: Tree?, _ variant: String?, _ diagnostics: Diagnostics
    ) throws(ScenarioError) -> ExplorationTemplate {
        guard let tree else { throw ScenarioError(diagnostics: diagnostics.errors) }
        var laid = tree
        if let variant { laid = applying(variant, to: laid, diagnostics) }
        laid = applyingOverrides(to: laid, diagnostics)
        let scenario = resolve(laid, variant, diagnostics)
        try diagnostics.throwErrors()
        let template = template(scenario, laid, diagnostics)
        if diagnostics.errors.isEmpty { template.check(diagnostics) }
        try diagnostics.throwErrors()
        return template
    }

    private func template(_ scenario: Scenario, _ laid: Tree, _ diagnostics: Diagnostics) -> ExplorationTemplate {
        ExplorationTemplate(scenario: scenario, tree: laid, reading: self, diagnostics: diagnostics)
    }

    /// - Parameter isDescribed: whether its text and fingerprint are wanted.
    func resolve(
        _ tree: Tree, _ variant: String?, _ diagnostics: Diagnostics, isDescribed: Bool = true
    ) -> Scenario {
        let profiles = ProfileReader(files: files, diagnostics: diagnostics, cache: cache)
        let overlaid = PresetOverlay().apply(to: ProfileOverlay(reader: profiles).apply(to: tree))
        let checker = Checker(names: Self.names(of: overlaid), diagnostics: diagnostics, files: files)
        let owner = Checker.Owner(label: "the scenario", place: overlaid.place)
        let item = checker.check(overlaid, as: .record(Tables.scenario), of: owner)
        let order = PipelineOrder(item)
        // Of a scenario with mistyped keys and names it can't be said what it means: that would only tell of the same mistakes again.
        let isReadable = diagnostics.errors.isEmpty
        let meaning = isReadable ? diagnostics : diagnostics.copy()
        let world = WorldBuilder(item, order: order, diagnostics: meaning).build()
        let expectations = ExpectationReader(
            order: order, world: world, diagnostics: diagnostics, isReadable: isReadable)
        let all = expectations.read(item["expect"]?.list ?? [])
        let theory = TheoryReader(scenario: item, order: order, world: world, diagnostics: diagnostics)?.read()
        let variants = variants(item, all, expectations, diagnostics)
        let recovery = Self.recovery(item["recovery"])
        if isReadable, let place = Self.placeOfRecovery(item, variant) {
            RecoveryCheck(world: world, diagnostics: diagnostics).check(recovery, at: place)
        }
        let resolved = ResolvedScenario(scenario: item)
        var scenario = Scenario(
            name: world.name, about: item["about"]?.word ?? "", file: file, specification: world, expectations: all,
            theory: theory, variants: variants, recovery: recovery,
            fingerprint: isDescribed ? resolved.fingerprint : "", variant: variant,
            resolvedText: isDescribed ? resolved.text : "",
            warnings: diagnostics.warnings)
        scenario.regression = item["regression"].flatMap(
            RegressionReader(expectations: all, world: world, diagnostics: diagnostics).read)
        scenario.places = places(item, variants.first { $0.name == variant })
        return scenario
    }

    private func places(_ item: Item, _ variant: Scenario.Variant?) -> ScenarioPlaces {
        var places = ScenarioPlaces()
        for pair in item["faults"]?.pairs ?? [] { places.faults[pair.key] = pair.place.location }
        if item.gives("recovery") {
            places.recovery = item.pairs?.first { $0.key == "recovery" }?.place.location
        }
        places.regression = item["regression"]?["violates"]?.place.location
        for (text, place) in zip(variant?.violates ?? [], variant?.places ?? []) { places.violates[text] = place }
        return places
    }

    private static func names(of tree: Tree) -> [Entity: [String]] {
        var names: [Entity: [String]] = [:]
        for entity in Entity.allCases {
            let section = tree[entity.section] ?? mistyped(entity.section, in: tree)
            names[entity] = section?.entries?.map(\.key) ?? []
        }
        return names
    }

    /// What was probably meant to be a section: its names are declared, whatever the section is called.
    private static func mistyped(_ section: String, in tree: Tree) -> Tree? {
        let known = Tables.scenario.keyNames
        return tree.entries?.first { entry in
            !known.contains(entry.key) && NearestName.of(entry.key, among: known) == section
        }?.value
    }

    // MARK: Overrides

    fileprivate func applyingOverrides(to tree: Tree, _ diagnostics: Diagnostics) -> Tree {
        var tree = tree
        for override in overrides {
            guard let (path, value) = override.parsed(folder: SourceFiles.folder(of: file), diagnostics: diagnostics),
                path.isDeclared(in: tree, removing: value.isEmpty, diagnostics)
            else { continue }
            tree = tree.setting(path.steps[...], to: value, diagnostics: diagnostics)
        }
        return tree
    }

    fileprivate func applying(_ name: String, to tree: Tree, _ diagnostics: Diagnostics) -> Tree {
        let declared = tree["variants"]?.entries ?? []
        guard let variant = declared.first(where: { $0.key == name }) else {
            diagnostics.unknown(
                "variant", name, among: declared.map(\.key), at: tree["variants"]?.place ?? tree.place,
                remedy: declared.isEmpty ? "the scenario declares no variants" : nil)
            return tree
        }
        var tree = tree
        for entry in variant.value["set"]?.entries ?? [] {
            guard let path = TreePath(entry.key, at: entry.place, diagnostics: diagnostics),
                path.isDeclared(in: tree, removing: entry.value.isEmpty, diagnostics)
            else { continue }
            tree = tree.setting(path.steps[...], to: entry.value, diagnostics: diagnostics)
        }
        return tree
    }

    private static func recovery(_ item: Item?) -> RecoveryRule? {
        guard let item, !item.isNone else { return item == nil ? RecoveryRule() : nil }
        return RecoveryRule(
            within: item["within"]?.integer.map { Interval(nanoseconds: $0) },
            isRequired: item["required"]?.boolean ?? false)
    }

    /// Where recovery is asked for; nil: nowhere, it is looked at as in any run.
    private static func placeOfRecovery(_ item: Item, _ variant: String?) -> Place? {
        if let own = item["recovery"], own["within"] != nil || own["required"]?.boolean == true { return own.place }
        let chosen = item["variants"]?.pairs?.first { $0.key == variant }
        return chosen?.item["violates"]?.list?.first { $0.word == "recovery" }?.place
    }

    // MARK: Variants

    /// A doubt about what a variant makes of the scenario names the variant: the file without it gives no cause for it.
    private func named(_ warnings: [Diagnostic], _ variant: String, beside tree: Tree) -> [Diagnostic] {
        let own = Diagnostics()
        _ = resolve(applyingOverrides(to: tree, own), nil, own, isDescribed: false)
        return warnings.map { warning in
            var warning = warning
            if !own.warnings.contains(warning) { warning.message = "variant '\(variant)': " + warning.message }
            return warning
        }
    }

    /// Texts of `violates`, each of which must be one of the scenario's expectations, or what every run is watched for.
    private func variants(
        _ item: Item, _ all: [Expectation], _ reader: ExpectationReader, _ diagnostics: Diagnostics
    ) -> [Scenario.Variant] {
        (item["variants"]?.pairs ?? []).map { pair in
            var places: [SourceLocation] = []
            let violates = (pair.item["violates"]?.list ?? []).compactMap { line -> String? in
                let text = violated(line, pair.key, all, reader, diagnostics)
                if text != nil { places.append(line.place.location) }
                return text
            }
            var variant = Scenario.Variant(name: pair.key, violates: violates)
            variant.places = places
            return variant
        }
    }

    private func violable(_ all: [Expectation]) -> String {
        "expected one of: " + (all.map(\.text) + Scenario.alwaysWatched).joined(separator: "; ")
    }

    private func violated(
        _ line: Item, _ variant: String, _ all: [Expectation], _ reader: ExpectationReader, _ diagnostics: Diagnostics
    ) -> String? {
        if let name = line.word, Scenario.alwaysWatched.contains(name) { return name }
        if let name = line.word, !name.contains(where: \.isWhitespace), !name.contains(where: "<=>".contains) {
            diagnostics.error(
                "variant '\(variant)' must violate '\(name.shortened)', which is neither an expectation of the scenario "
                    + "nor an invariant", at: line.place,
                suggestion: NearestName.of(name, among: Scenario.alwaysWatched), remedy: violable(all))
            return nil
        }
        guard let expectation = reader.expectation(line) else { return nil }
        if let own = all.first(where: { $0.condition == expectation.condition }) { return own.text }
        // One that could not be read has had its diagnostic.
        if !diagnostics.errors.isEmpty { return nil }
        diagnostics.error(
            "variant '\(variant)' must violate '\(expectation.text)', which the scenario does not expect",
            at: line.place, remedy: violable(all))
        return nil
    }

    /// A variant is as much a part of the file as the rest: its mistakes are found without running it.
    ///
    /// Beside mistakes of the scenario only those in what the variant sets, and only where it sets something that is there: any
    /// others may come of the scenario's.
    private func checkVariants(of tree: Tree, _ diagnostics: Diagnostics) {
        let known = diagnostics.errors
        for entry in (tree["variants"]?.entries ?? []).prefix(64) {
            let set = entry.value["set"]?.entries ?? []
            if !known.isEmpty, !set.allSatisfy({ tree.hasParent(of: $0.key) }) { continue }
            let own = Diagnostics()
            _ = resolve(applying(entry.key, to: tree, own), entry.key, own)
            let lines = Set(set.flatMap { [$0.place.line, $0.value.place.line] })
            for error in own.errors where known.isEmpty || !known.contains(error) && lines.contains(error.location.line)
            {
                diagnostics.add(error, prefix: "variant '\(entry.key)': ")
            }
        }
    }
}

extension Tree {
    /// Whether what a path leads to could be set without making anything else.
    fileprivate func hasParent(of path: String) -> Bool {
        var parent: Tree? = self
        for key in path.split(separator: ".").dropLast() {
            guard let tree = parent else { return false }
            if case .list(let trees) = tree.content {
                parent = Int(key).flatMap { trees.indices.contains($0) ? trees[$0] : nil }
            } else {
                parent = tree[String(key)]
            }
        }
        return parent != nil
    }
}
