// SPDX-License-Identifier: Apache-2.0
import Foundation
import Yams

/// YAML text to a `Tree`, within bounds: size, nesting, number of values. Anchors and aliases are refused, so no small
/// file becomes a large tree.
struct TreeReader {
    static let sizeLimit = 4 << 20
    static let nestingLimit = 64
    static let valueLimit = 200_000

    let source: SourceText
    let diagnostics: Diagnostics
    /// Added to the columns of the first line: a `--set` value does not start at column 1.
    var firstColumn = 0

    private var values = 0
    private var failed = false

    init(source: SourceText, diagnostics: Diagnostics, firstColumn: Int = 0) {
        self.source = source
        self.diagnostics = diagnostics
        self.firstColumn = firstColumn
    }

    /// nil: it is no YAML, or too much of it; the diagnostics say so.
    static func read(_ text: String, source: SourceText, diagnostics: Diagnostics, firstColumn: Int = 0) -> Tree? {
        var reader = TreeReader(source: source, diagnostics: diagnostics, firstColumn: firstColumn)
        return reader.read(text)
    }

    private mutating func read(_ text: String) -> Tree? {
        if text.utf8.count > Self.sizeLimit {
            diagnostics.error("the file is larger than 4 MiB", at: place(1, 1))
            return nil
        }
        if let alias = AliasScan.firstAlias(in: source.lines) {
            diagnostics.error(
                "found the alias '*\(alias.name)'; anchors and aliases are not part of scenarios",
                at: place(alias.line, alias.column), remedy: "write the value out, or share it through `extends:`")
            return nil
        }
        switch Self.compose(text) {
        case .success(let node?):
            let tree = convert(node, depth: 1)
            return failed ? nil : tree
        case .success(nil):
            return Tree(.empty, at: place(1, 1))
        case .failure(let error):
            report(error, in: text)
            return nil
        }
    }

    /// Yams composes recursively and libyaml nests up to 1,000 levels, so this runs on a stack that is large enough for
    /// them; on the caller's where the system has no room for another.
    private static func compose(_ text: String) -> Result<Node?, YamlError> {
        let work = Unmanaged.passRetained(Composition(text))
        defer { work.release() }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 64 << 20)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { pointer in
                if let pointer { Unmanaged<Composition>.fromOpaque(pointer).takeUnretainedValue().run() }
                return nil
            }, work.toOpaque())
        if status == 0 { pthread_join(thread, nil) } else { work.takeUnretainedValue().run() }
        return work.takeUnretainedValue().result
    }

    private func place(_ line: Int, _ column: Int) -> Place {
        // YAML puts what is missing at the end into a line after the last.
        if line > source.lines.count {
            let last = source.lines.count
            return Place(source: source, line: last, column: source.line(last).unicodeScalars.count + 1)
        }
        return Place(source: source, line: line, column: line == 1 ? column + firstColumn : column)
    }

    private func place(_ node: Node, else fallback: Place) -> Place {
        node.mark.map { place($0.line, $0.column) } ?? fallback
    }

    private mutating func convert(_ node: Node, depth: Int) -> Tree {
        let here = place(node, else: place(1, 1))
        values += 1
        if failed { return Tree(.empty, at: here) }
        if depth > Self.nestingLimit {
            if !failed { tooDeep(at: here) }
            failed = true
        } else if values > Self.valueLimit {
            fail("more than \(Self.valueLimit) values", at: here)
        }
        switch node {
        case .scalar(let scalar):
            return Tree(Self.content(scalar), at: here)
        case .sequence(let sequence):
            return Tree(.list(sequence.map { convert($0, depth: depth + 1) }), at: here)
        case .mapping(let mapping):
            return Tree(.map(entries(mapping, at: here, depth: depth)), at: here)
        case .alias:
            fail("anchors and aliases are not part of scenarios", at: here)
            return Tree(.empty, at: here)
        }
    }

    private mutating func entries(_ mapping: Node.Mapping, at here: Place, depth: Int) -> [Tree.Entry] {
        var entries: [Tree.Entry] = []
        for (key, value) in mapping {
            let keyPlace = place(key, else: here)
            guard case .scalar(let scalar) = key else {
                fail("a key must be a text, not a list or a map", at: keyPlace)
                continue
            }
            entries.append(
                Tree.Entry(key: scalar.string, place: keyPlace, value: convert(value, depth: depth + 1)))
        }
        return entries
    }

    private static func content(_ scalar: Node.Scalar) -> Tree.Content {
        let plain = scalar.style == .plain || scalar.style == .any
        if plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return .empty }
        return .scalar(scalar.string)
    }

    private mutating func fail(_ message: String, at place: Place) {
        if !failed { diagnostics.error(message, at: place) }
        failed = true
    }

    private func report(_ error: YamlError, in text: String) {
        switch error {
        case .parser(_, let problem, let mark, _) where problem.contains("nesting"):
            tooDeep(at: place(max(mark.line, 1), max(mark.column, 1)))
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let what = context.map { "\(problem) \($0.text)" } ?? problem
            diagnostics.error(
                "this is not YAML: \(what.trimmingCharacters(in: .whitespaces))",
                at: fault(problem, context?.mark, mark), remedy: Self.remedy(problem, context?.mark))
        case .composer(_, let problem, let mark, _):
            let what =
                problem.contains("another document") ? "found a second document; a scenario is one document" : problem
            diagnostics.error(what, at: place(mark.line, mark.column))
        case .duplicatedKeysInMapping(let duplicates, let context):
            reportDuplicates(duplicates, near: context.mark)
        case .reader(let problem, let offset, _, _):
            let before = text.utf8.prefix(offset ?? 0)
            let line = before.count { $0 == 10 } + 1
            let column = before.reversed().prefix { $0 != 10 }.count + 1
            diagnostics.error("this is not YAML: \(problem)", at: place(line, column))
        case .memory:
            tooDeep(at: place(1, 1))
        default:
            diagnostics.error("this is not YAML: \(error)", at: place(1, 1))
        }
    }

    /// Where something is wrong, as far as that shows: what is missing at the end of a line is only missed further down.
    private func fault(_ problem: String, _ begun: Mark?, _ mark: Mark) -> Place {
        let (line, column) = (max(mark.line, 1), max(mark.column, 1))
        guard let begun, begun.line < line else { return place(line, column) }
        if problem.contains(Self.noColon) || problem.contains(Self.noEnd) { return place(begun.line, begun.column) }
        // Before it at most a word, which a value without an end has swallowed.
        let before = String(source.line(line).unicodeScalars.prefix(column - 1)).trimmingCharacters(in: .whitespaces)
        let lines = (begun.line..<line).map { (number: $0, text: Self.withoutComment(source.line($0))) }
        guard problem.contains(Self.noComma), !before.contains(where: " ,:{}[]\"'".contains),
            let last = lines.last(where: { !$0.text.isEmpty }), last.text.last.map(",:{[".contains) == false
        else { return place(line, column) }
        return Place(source: source, line: last.number, column: last.text.unicodeScalars.count + 1)
    }

    private static func withoutComment(_ line: String) -> String {
        if line.trimmingCharacters(in: .whitespaces).hasPrefix("#") { return "" }
        let text = line.firstRange(of: " #").map { line[..<$0.lowerBound] } ?? line[...]
        return String(text.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// What libyaml says of a line without a colon, of a quoted text without an end, and within braces.
    private static let (noColon, noEnd, noComma) = ("expected ':'", "end of stream", "expected ','")

    private func tooDeep(at place: Place) {
        diagnostics.error("values are nested deeper than \(Self.nestingLimit) levels", at: place)
    }

    private func reportDuplicates(_ keys: [String], near mark: Mark) {
        // Yams marks one of the equal keys, not always the second: the message names the key, so either place helps.
        let names = keys.sorted().map { "'\($0.shortened)'" }
        let what =
            names.count > 1 ? "the keys \(names.joined(separator: ", ")) occur" : "the key \(names.joined()) occurs"
        diagnostics.error(
            "\(what) twice in this map", at: place(max(mark.line, 1), max(mark.column, 1)),
            remedy: names.count > 1 ? "keep one of each" : "keep one of them")
    }

    private static func remedy(_ problem: String, _ begun: Mark?) -> String? {
        if problem.contains(noColon) { return "a key is followed by a colon and a blank, as in `seed: 1`" }
        if problem.contains(noEnd) { return "close the quotation mark" }
        if let begun, problem.contains(noComma) { return "it begins in line \(begun.line), column \(begun.column)" }
        if let begun, problem.contains("did not find expected key") || problem.contains("expected '-'") {
            return "what belongs together begins in one column, that is \(begun.column) since line \(begun.line)"
        }
        if problem.contains("tab") || problem.contains("cannot start any token") {
            return "indent with spaces; quote a text that starts with % @ or `"
        }
        if problem.contains("mapping values are not allowed") {
            return "begin it in the column of its neighbours, or quote a text that contains ': '"
        }
        return nil
    }
}

/// One text's composition, and what came of it.
private final class Composition {
    private let text: String
    private(set) var result: Result<Node?, YamlError> = .failure(.no)

    init(_ text: String) { self.text = text }

    func run() {
        do {
            let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
            result = .success(try parser.singleRoot())
        } catch let error as YamlError {
            result = .failure(error)
        } catch {
            result = .failure(.no)
        }
    }
}
