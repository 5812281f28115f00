// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What a person sees of `gale test`: a line for each scenario and variant, or for each quantity that theory knows.
public struct TestTable: Sendable {
    private let pen: Pen
    private let nameWidth: Int
    private let hasTheory: Bool
    private let width: Int
    private let tests: Int

    /// - Parameters:
    ///   - cases: all that will be shown, for the widths of the columns.
    ///   - width: columns of the terminal; what measured values need more goes on below.
    public init(_ cases: [TestCase], colour: Bool, width: Int = 120) {
        pen = Pen(colour: colour)
        tests = cases.count
        self.width = width
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
        ("model", 14), ("quantity", 22), ("measured", 14), ("99.9 % interval", 21), ("theory", 10),
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
        for run in result.runs {
            if let defect = run.defect { lines.append(detail("seed \(run.seed): no result: \(defect)")) }
            for problem in run.problems where result.plantedBias == nil {
                lines.append(detail("seed \(run.seed): \(problem)"))
            }
        }
        for quantity in result.unmeasured { lines.append(detail(Self.words(quantity, of: result.runs.count))) }
        if let bias = result.plantedBias, !result.passed, let first = result.rows.first, result.unmeasured.isEmpty {
            lines.append(detail("a bias of \(Figure.share(bias)) was not seen in the \(first.name)"))
        }
        if let reproduction, !result.passed {
            lines.append(detail("reproduce: " + reproduction))
            if let story = Self.story(of: result, reproduction) { lines.append(detail("story: " + story)) }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// How to see the story of the first message that showed a violation, in the run that the reproduction repeats.
    static func story(of result: TestResult, _ reproduction: String) -> String? {
        guard let seed = result.seedToReproduce, let run = result.runs.first(where: { $0.seed == seed }),
            let message = run.problems.lazy.compactMap({ $0.finding?.message }).first
        else { return nil }
        return ReplayLine.text(reproduction, message: message)
    }

    /// `p99 latency: not measured: no sample in 2 of 20 runs (seeds 3, 7); a longer duration may give some`
    private static func words(_ quantity: UnmeasuredQuantity, of runs: Int) -> String {
        let most = 5
        let seeds = quantity.seeds.prefix(most).map(String.init).joined(separator: ", ")
        let rest = quantity.seeds.count > most ? ", …" : ""
        return
            "\(quantity.name): not measured: no sample in \(quantity.seeds.count) of \(Readable.counted(runs, "run")) "
            + "(\(quantity.seeds.count == 1 ? "seed" : "seeds") \(seeds)\(rest)); a longer duration may give some"
    }

    private func detail(_ text: String) -> String { "      " + text }

    private func ordinary(_ result: TestResult) -> String {
        let messages = result.runs.reduce(0) { $0 + $1.messages }
        let what =
            result.regression.map { $0.rawValue }
            ?? (result.violates.isEmpty ? "expectations hold" : "violates what it must")
        let seeds = "\(Self.seeds(result)), \(Figure.notifications(messages))"
        let words = result.passed ? "\(what) (\(seeds))" : seeds
        return verdict(result.passed) + Columns.left(Self.name(result.file, result.variant), nameWidth) + "  " + words
    }

    private func verdict(_ passed: Bool) -> String {
        passed ? pen.paint("ok", .green) + "    " : pen.paint("FAIL", .red) + "  "
    }

    /// `seeds 1 to 20`; of seeds that don't follow one another, the first and how many.
    static func seeds(_ result: TestResult) -> String {
        let seeds = result.runs.map(\.seed)
        guard let first = seeds.first, let last = seeds.last, seeds.count > 1 else { return "seed \(seeds.first ?? 0)" }
        let follow = last > first && last - first == UInt64(seeds.count - 1)
        return follow ? "seeds \(first) to \(last)" : "\(seeds.count) seeds, \(first) first"
    }

    /// What a scenario and its variants measured, side by side; empty where theory has its own table.
    ///
    /// - Parameter results: all of a file.
    public func comparison(_ results: [TestResult]) -> String {
        (TestComparison(results)?.lines(pen, width: width) ?? []).map { $0 + "\n" }.joined()
    }

    // MARK: Theory

    private func theory(_ result: TestResult) -> [String] {
        let rows = result.rows.map { ($0.name, Self.figures($0), $0.accepted) }
        let unmeasured = result.unmeasured.map { ($0.name, ["not measured"], false) }
        return (rows + unmeasured).enumerated().map { place, line in
            let (quantity, figures, accepted) = line
            let cells = [place == 0 ? result.theory ?? "" : "", quantity] + figures
            let words = self.line("", place == 0 ? Self.name(result.file, result.variant) : "", cells).dropFirst(6)
            if result.plantedBias != nil, place < rows.count { return Columns.left(accepted ? "" : "seen", 6) + words }
            return verdict(accepted) + words
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

    /// A quantity with its unit, as the table shows it.
    static func figure(_ value: Double, _ row: TheoryRow) -> String {
        let (factor, unit) = scale(row)
        return Figure.fixed(value * factor, places((row.upper - row.lower) / 2 * factor)) + unit
    }

    private static func scale(_ row: TheoryRow) -> (factor: Double, unit: String) {
        switch row.unit {
        case .share: (100, " %")
        case .perSecond: (1, " /s")
        case .messages: (1, " messages")
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

    /// What the columns mean; empty when there is nothing but expectations.
    public var legend: String {
        guard hasTheory else { return "" }
        let text = """
            measured: mean of all runs. 99.9 % interval: Student's t around it, must contain the theory; both in the unit of measured.
            misses: runs whose own 95 % interval (batch means) does not contain the theory; p: a number of misses that is no likelier.
            p of mean: a mean at least so far from the theory. Rejected: a probability below 0.001.
            off from b + r·t: of the run that is farthest off; what rounding to whole messages allows stands for the interval.

            """
        return pen.paint(text, .faint)
    }

    /// The last line; of fewer results than tests it says that they were interrupted.
    public func summary(_ results: [TestResult]) -> String {
        let runs = results.reduce(0) { $0 + $1.runs.count }
        let messages = results.reduce(0) { $0 + $1.runs.reduce(0) { $0 + $1.messages } }
        return
            "\(TestVerdict.words(results, of: tests)): \(Readable.counted(runs, "run")), \(Figure.notifications(messages))\n"
    }
}
