// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What a person sees of `gale test`: a line for each scenario and variant, or for each quantity that theory knows.
public struct TestTable: Sendable {
    private let pen: Pen
    private let nameWidth: Int
    private let hasTheory: Bool

    /// - Parameter cases: all that will be shown, for the widths of the columns.
    public init(_ cases: [TestCase], colour: Bool) {
        pen = Pen(colour: colour)
        nameWidth = max(8, cases.map { Self.name($0.scenario.file, $0.scenario.variant).count }.max() ?? 0)
        hasTheory = cases.contains { $0.theory != nil }
    }

    /// The file without its folder and ending, and the variant.
    private static func name(_ file: String, _ variant: String?) -> String {
        var stem = file.split(separator: "/").last.map(String.init) ?? file
        if stem.hasSuffix(".yaml") { stem.removeLast(5) }
        return stem + (variant.map { ", " + $0 } ?? "")
    }

    private static let columns: [(title: String, width: Int)] = [
        ("model", 14), ("quantity", 22), ("measured", 13), ("99.9 % interval", 21), ("theory", 10),
        ("misses", 8), ("p", 6), ("p of mean", 9),
    ]

    /// Empty when there is nothing but expectations.
    public var header: String {
        guard hasTheory else { return "" }
        return pen.paint(line("", "scenario", Self.columns.map(\.title)), .faint) + "\n"
    }

    private func line(_ verdict: String, _ name: String, _ cells: [String]) -> String {
        var text = Columns.left(verdict, 6) + Columns.left(name, nameWidth)
        for (place, cell) in cells.enumerated() {
            let width = Self.columns[place].width
            text += "  " + (place < 2 ? Columns.left(cell, width) : Columns.right(cell, width))
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// - Parameter reproduction: the command that repeats the run to look at first.
    public func text(_ result: TestResult, reproduction: String?) -> String {
        var lines = result.theory == nil ? [ordinary(result)] : theory(result)
        for run in result.runs where result.plantedBias == nil {
            for problem in run.problems { lines.append(detail("seed \(run.seed): \(problem)")) }
        }
        if let bias = result.plantedBias, !result.passed {
            lines.append(detail("a bias of \(Figure.share(bias)) was not seen"))
        }
        if let reproduction, !result.passed { lines.append(detail("reproduce: " + reproduction)) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func detail(_ text: String) -> String { "      " + text }

    private func ordinary(_ result: TestResult) -> String {
        let messages = result.runs.reduce(0) { $0 + $1.messages }
        let what = result.violates.isEmpty ? "expectations hold" : "violates what it must"
        let seeds = "\(Self.seeds(result)), \(Figure.short(Double(messages))) notifications"
        let words = result.passed ? "\(what) (\(seeds))" : seeds
        return verdict(result.passed) + Columns.left(Self.name(result.file, result.variant), nameWidth) + "  " + words
    }

    private func verdict(_ passed: Bool) -> String {
        passed ? pen.paint("ok", .green) + "    " : pen.paint("FAIL", .red) + "  "
    }

    private static func seeds(_ result: TestResult) -> String {
        let seeds = result.runs.map(\.seed)
        guard let first = seeds.first, let last = seeds.last, first != last else { return "seed \(seeds.first ?? 0)" }
        return "seeds \(first) to \(last)"
    }

    // MARK: Theory

    private func theory(_ result: TestResult) -> [String] {
        let name = Self.name(result.file, result.variant)
        return result.rows.enumerated().map { place, row in
            let first = place == 0
            let cells = [first ? result.theory ?? "" : "", row.name] + Self.figures(row)
            let words = line("", first ? name : "", cells).dropFirst(6)
            if result.plantedBias != nil { return Columns.left(row.accepted ? "" : "seen", 6) + words }
            return verdict(row.accepted) + words
        }
    }

    private static func figures(_ row: TheoryRow) -> [String] {
        let (factor, unit) = scale(row)
        let places = Self.places((row.upper - row.lower) / 2 * factor)
        func fixed(_ value: Double) -> String { Figure.fixed(value * factor, places) }
        return [
            fixed(row.measured) + unit, "\(fixed(row.lower)) … \(fixed(row.upper))", fixed(row.theory),
            row.intervals == 0 ? "" : "\(row.misses) of \(row.intervals)", probability(row.missesProbability),
            probability(row.meanProbability),
        ]
    }

    private static func scale(_ row: TheoryRow) -> (factor: Double, unit: String) {
        switch row.unit {
        case .share: (100, " %")
        case .perSecond: (1, " /s")
        case .messages: (1, "")
        case .seconds: row.theory < 1e-3 ? (1e6, " µs") : row.theory < 1 ? (1e3, " ms") : (1, " s")
        }
    }

    /// Decimals that show two digits of half an interval.
    private static func places(_ width: Double) -> Int {
        var places = 1
        var width = width
        while width < 1, width > 0, places < 9 {
            width *= 10
            places += 1
        }
        while width >= 10, places > 0 {
            width /= 10
            places -= 1
        }
        return places
    }

    private static func probability(_ value: Double?) -> String {
        guard let value else { return "" }
        return value < 0.0005 ? "<0.001" : Figure.fixed(value, 3)
    }

    /// The last line.
    public func summary(_ results: [TestResult]) -> String {
        let runs = results.reduce(0) { $0 + $1.runs.count }
        let messages = results.reduce(0) { $0 + $1.runs.reduce(0) { $0 + $1.messages } }
        let failed = results.count { !$0.passed }
        let words = failed == 0 ? "\(results.count) passed" : "\(failed) of \(results.count) failed"
        return "\(words): \(runs) runs, \(Figure.short(Double(messages))) notifications\n"
    }
}
