// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// What a scenario and its variants measured, side by side.
struct TestComparison {
    /// Shown beside what was not as an expectation says, whether it must be or not.
    static let broken = "✗"

    /// Of quantities that are not the same in all.
    let titles: [String]
    /// A row for each result, in their order.
    let rows: [Row]
    /// `lost 0`: quantities that are.
    let same: [String]
    private let hasBroken, hasRange: Bool

    struct Row {
        var passed: Bool
        var name: String
        /// One for each title, and whether it is as expected.
        var cells: [(text: String, held: Bool)]
    }

    /// nil: there is nothing to compare, or theory has a table of its own.
    ///
    /// - Parameter results: of one file.
    init?(_ results: [TestResult]) {
        guard !results.isEmpty, results.allSatisfy({ $0.theory == nil }) else { return nil }
        var names: [MeasuredQuantity] = []
        for measure in results.flatMap(\.measures) where !names.contains(where: { Self.isSame($0, measure) }) {
            names.append(measure)
        }
        guard !names.isEmpty else { return nil }
        let columns = names.map { name in
            results.map { $0.measures.first { Self.isSame($0, name) } }
        }
        let isSame = columns.map { column in
            results.count > 1 && column.allSatisfy { $0 != nil && $0?.text == column[0]?.text && $0?.held == true }
        }
        same = zip(names, isSame).filter(\.1).map { "\($0.0.name) \($0.0.text)" }
        let shown = columns.indices.filter { !isSame[$0] }
        titles = shown.map { names[$0].name }
        rows = results.enumerated().map { place, result in
            let cells = shown.map { column -> (String, Bool) in
                guard let measure = columns[column][place] else { return (Figure.absent, true) }
                return (measure.held ? measure.text : "\(measure.text) \(Self.broken)", measure.held)
            }
            return Row(passed: result.passed, name: result.variant ?? "as written", cells: cells)
        }
        hasBroken = rows.contains { $0.cells.contains { !$0.held } }
        hasRange = results.contains { $0.runs.count > 1 }
    }

    private static func isSame(_ one: MeasuredQuantity, _ other: MeasuredQuantity) -> Bool {
        one.name == other.name && one.unit == other.unit
    }

    /// What the table does not say by itself, in one line; empty: nothing.
    var legend: String {
        var words: [String] = []
        if hasRange { words.append("median of the seeds (least … most)") }
        if hasBroken { words.append("\(Self.broken): not as the scenario expects") }
        return words.joined(separator: "; ")
    }
}

extension TestComparison {
    /// As lines for a terminal. What is wider than it goes on below.
    ///
    /// - Parameter width: columns.
    func lines(_ pen: Pen, width: Int) -> [String] {
        rows.count == 1 ? single(width) : [""] + table(pen, width) + [""]
    }

    /// A scenario without variants: `delivered 99.9%, amplification 1.04, …`
    private func single(_ width: Int) -> [String] {
        let parts = zip(titles, rows[0].cells).map { "\($0) \($1.text)" }
        return Self.wrapped(parts, separator: ", ", width: width - 6).map { "      " + $0 }
    }

    private func table(_ pen: Pen, _ width: Int) -> [String] {
        let heads = titles.map { Self.wrapped($0.split(separator: " ").map(String.init), separator: " ", width: 18) }
        let widths = titles.indices.map { column in
            max(heads[column].map(\.count).max() ?? 0, rows.map { $0.cells[column].text.count }.max() ?? 0)
        }
        let nameWidth = rows.map(\.name.count).max() ?? 0
        var lines: [String] = []
        var rest = titles.indices[...]
        while let first = rest.first {
            var used = 6 + nameWidth
            let block = rest.prefix { column in
                used += 2 + widths[column]
                return column == first || used <= width
            }
            rest = rest.dropFirst(block.count)
            let height = block.map { heads[$0].count }.max() ?? 0
            for line in 0..<height {
                let cells = block.map { column in
                    let skipped = height - heads[column].count
                    return Columns.right(line < skipped ? "" : heads[column][line - skipped], widths[column])
                }
                let text = ([Columns.left("", 6 + nameWidth)] + cells).joined(separator: "  ")
                lines.append(pen.paint(text.trimmingBlanks, .faint))
            }
            lines += rows.map { row in self.line(row, block, nameWidth, widths, pen) }
        }
        if !same.isEmpty {
            lines += Self.wrapped(["in each: " + same[0]] + same.dropFirst(), separator: ", ", width: width - 6).map {
                "      " + $0
            }
        }
        if !legend.isEmpty { lines.append("      " + pen.paint(legend, .faint)) }
        return lines
    }

    private func line(_ row: Row, _ block: Range<Int>, _ nameWidth: Int, _ widths: [Int], _ pen: Pen) -> String {
        let cells = block.map { column -> String in
            let text = Columns.right(row.cells[column].text, widths[column])
            return row.cells[column].held ? text : pen.paint(text, .yellow)
        }
        let verdict = row.passed ? pen.paint("ok", .green) + "    " : pen.paint("FAIL", .red) + "  "
        return ([verdict + Columns.left(row.name, nameWidth)] + cells).joined(separator: "  ")
    }

    /// Parts in lines no wider than that, unless one is by itself.
    private static func wrapped(_ parts: [String], separator: String, width: Int) -> [String] {
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, last.count + separator.count + part.count <= width {
                lines[lines.count - 1] = last + separator + part
            } else {
                if let last = lines.last { lines[lines.count - 1] = last + separator.trimmingBlanks }
                lines.append(part)
            }
        }
        return lines
    }
}

extension String {
    /// Without blanks at its end.
    fileprivate var trimmingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension TestComparison {
    /// As a table in Markdown.
    ///
    /// - Parameter cell: makes a text safe in a cell.
    func markdown(_ cell: (String) -> String) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var text = line(["", "variant"] + titles.map(cell))
        text += "|---|---|" + titles.map { _ in "---:|" }.joined() + "\n"
        for row in rows {
            text += line([row.passed ? "ok" : "**FAIL**", cell(row.name)] + row.cells.map { cell($0.text) })
        }
        var notes = same.isEmpty ? [] : ["in each: " + same.map(cell).joined(separator: ", ")]
        if !legend.isEmpty { notes.append(legend) }
        return text + (notes.isEmpty ? "" : "\n" + notes.joined(separator: "; ") + "\n")
    }
}
