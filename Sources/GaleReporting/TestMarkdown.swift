// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// The results of `gale test` for a pull request: the verdict, what failed and how to repeat it, and the table of all.
///
/// It stays below the 65,536 characters of a comment on GitHub. The same results give the same bytes.
public enum TestMarkdown {
    /// Bytes after which no further failure is told, and after which no further row is added.
    private static let roomForFailures = 30_000
    private static let roomForRows = 60_000
    private static let mostFindings = 8
    /// Of a name or a message.
    private static let longest = 300

    /// - Parameters:
    ///   - tests: all that were to be tested; what has no result was not finished.
    ///   - results: in the order of `tests`, from the first on.
    ///   - reproduction: the command that repeats a result's first failure.
    public static func text(
        _ tests: [TestCase], _ results: [TestResult], reproduction: (TestResult) -> String?
    ) -> String {
        let failed = results.filter { !$0.passed }
        var text = "## Gale: " + TestVerdict.words(results, of: tests.count) + "\n"
        var told = 0
        while told < failed.count, text.utf8.count < roomForFailures {
            text += "\n" + failure(failed[told], reproduction(failed[told]))
            told += 1
        }
        if told < failed.count { text += "\n… and \(failed.count - told) more failed.\n" }
        text += "\n<details><summary>All \(results.count) results</summary>\n\n"
        text += "| | scenario | variant | seeds | notifications |\n|---|---|---|---|---:|\n"
        var rows = 0
        while rows < results.count, text.utf8.count < roomForRows {
            text += row(results[rows])
            rows += 1
        }
        text += "\n"
        if rows < results.count { text += "… and \(results.count - rows) more.\n\n" }
        return text + "</details>\n" + measured(results, room: roomForRows - text.utf8.count)
    }

    /// What the variants of each scenario measured, side by side, as far as there is room.
    private static func measured(_ results: [TestResult], room: Int) -> String {
        var files: [String] = []
        for result in results where files.last != result.file { files.append(result.file) }
        var text = ""
        for file in files {
            guard let comparison = TestComparison(results.filter { $0.file == file }) else { continue }
            let table = comparison.markdown { code($0).replacing("|", with: "\\|") }
            let name = HTML.escaped(line(file, atMost: longest))
            let part =
                "\n<details><summary>Measured in <code>\(name)</code></summary>\n\n\(table)\n</details>\n"
            if text.utf8.count + part.utf8.count <= room { text += part }
        }
        return text
    }

    private static func failure(_ result: TestResult, _ reproduction: String?) -> String {
        var text = "### \(code(result.file))" + (result.variant.map { ", variant \(code($0))" } ?? "") + "\n\n"
        let findings = result.findings
        for finding in findings.prefix(mostFindings) {
            let place = finding.place.map { ", " + code("\($0.file):\($0.line)") } ?? ""
            text += "- \(code(finding.words))\(place)\n"
        }
        if findings.count > mostFindings { text += "- … and \(findings.count - mostFindings) more\n" }
        // Indented code knows no fence that a text could end.
        if let reproduction {
            text += "\nReproduce with\n\n    \(line(reproduction, atMost: 2_000))\n"
            if let story = TestTable.story(of: result, reproduction) {
                text += "\nand see what happened with\n\n    \(line(story, atMost: 2_000))\n"
            }
        }
        return text
    }

    private static func row(_ result: TestResult) -> String {
        let messages = result.runs.reduce(0) { $0 + $1.messages }
        let cells = [
            result.passed ? "ok" : "**FAIL**", code(result.file), result.variant.map(code) ?? "",
            TestTable.seeds(result), Figure.short(Double(messages)),
        ]
        // A bar ends a cell even within code.
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }

    /// In one line, without what steers a terminal.
    private static func line(_ text: String, atMost most: Int) -> String {
        let shown = text.unicodeScalars.prefix(most)
        var plain = ""
        for scalar in shown { plain.unicodeScalars.append(isControl(scalar) ? " " : scalar) }
        return text.unicodeScalars.count > most ? plain + "…" : plain
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
    }

    /// As code, where nothing is markup and nobody is mentioned, between more backticks than the text has in a row.
    static func code(_ text: String) -> String {
        let text = line(text, atMost: longest)
        var (row, longestRow) = (0, 0)
        for character in text.unicodeScalars {
            row = character == "`" ? row + 1 : 0
            longestRow = max(longestRow, row)
        }
        let fence = String(repeating: "`", count: longestRow + 1)
        let space = longestRow > 0 ? " " : ""
        return fence + space + (text.isEmpty ? " " : text) + space + fence
    }
}
