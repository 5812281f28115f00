// SPDX-License-Identifier: Apache-2.0

/// Loads a scenario's file and those that it extends into one tree.
struct ScenarioLoader {
    static let depthLimit = 8

    let files: SourceFiles
    let diagnostics: Diagnostics

    /// nil after a diagnostic.
    func load(_ path: String) -> Tree? {
        switch Self.text(of: path, files, mayBePipe: true) {
        case .failure(let problem):
            let place = Place(source: SourceText(file: path, folder: nil, text: ""), line: 0, column: 0)
            diagnostics.error("cannot read the scenario: \(problem.words)", at: place)
            return nil
        case .success(let text):
            return load(text, path: path, chain: [Self.normalised(path) ?? path])
        }
    }

    func load(text: String, path: String) -> Tree? { load(text, path: path, chain: [Self.normalised(path) ?? path]) }

    private func load(_ text: String, path: String, chain: [String]) -> Tree? {
        let source = SourceText(file: path, folder: SourceFiles.folder(of: path), text: text)
        guard let tree = TreeReader.read(text, source: source, diagnostics: diagnostics) else { return nil }
        guard tree.entries != nil else {
            diagnostics.error(
                "found \(tree.kindName), expected a scenario: a map with keys such as \(Tables.scenario.someKeys)",
                at: tree.place, remedy: "`gale init` writes a first scenario that works")
            return nil
        }
        guard let parent = tree["extends"] else { return tree }
        guard let name = parent.scalar else {
            diagnostics.error("'extends': found \(parent.kindName), expected a file's name", at: parent.place)
            return nil
        }
        guard let base = base(name, at: parent.place, path, chain) else { return nil }
        // The base's names of variants and expectations go on unless the scenario has its own.
        return base.overlaid(with: tree)
    }

    private func base(_ name: String, at place: Place, _ path: String, _ chain: [String]) -> Tree? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        // One step up reaches sibling folders; more would leave the scenario's tree.
        let ups = parts.count { $0 == ".." }
        if parts.contains("") || ups > 1 || (ups == 1 && parts[0] != "..") || name.utf8.count > 1_000 {
            diagnostics.error(
                "'\(name.shortened)' leaves the scenario's tree; expected a relative name with at most "
                    + "one '..', in front",
                at: place)
            return nil
        }
        let joined = SourceFiles.join(SourceFiles.folder(of: path), name)
        let target = Self.normalised(joined) ?? joined
        if chain.contains(target) {
            diagnostics.error("'\(name.shortened)' extends itself, directly or by others", at: place)
            return nil
        }
        if chain.count >= Self.depthLimit {
            diagnostics.error("more than \(Self.depthLimit) scenarios extend one another", at: place)
            return nil
        }
        switch Self.text(of: joined, files) {
        case .failure(let problem):
            let own = String(parts.last ?? "")
            let names = files.yamlNames(in: SourceFiles.folder(of: joined)).map { $0 + ".yaml" }.filter { $0 != own }
            diagnostics.error(
                "cannot read '\(name.shortened)': \(problem.words)", at: place,
                suggestion: NearestName.of(own, among: names),
                remedy: "the name is looked up relative to \(path)")
            return nil
        case .success(let text):
            return load(text, path: joined, chain: chain + [target])
        }
    }

    private static func text(
        of path: String, _ files: SourceFiles, mayBePipe: Bool = false
    ) -> Result<String, SourceFiles.Problem> {
        do throws(SourceFiles.Problem) { return .success(try files.read(path, mayBePipe: mayBePipe)) } catch {
            return .failure(error)
        }
    }

    /// Without `.` and `x/..`, to recognise the same file by two names.
    static func normalised(_ path: String) -> String? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
