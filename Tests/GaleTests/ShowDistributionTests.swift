// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Gale
import GaleScenarioLanguage
import Testing

@Suite("gale show distribution") struct ShowDistributionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func show(_ words: String...) throws -> GaleProcess {
        try GaleProcess.run(["show", "distribution"] + words, in: folder)
    }

    /// The words of the line that begins with a name.
    private func row(_ name: String, of text: String) -> [String] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") } ?? ""
        return line.dropFirst(name.count).split(separator: " ").map(String.init)
    }

    private func sheet(_ text: String, columns: Int = 80, colour: Bool = false) throws -> String {
        let (specification, unit) = try DistributionReader.read(text)
        return DistributionSheet(text: text, specification: specification, unit: unit)
            .text(columns: columns, colour: colour)
    }

    @Test("draws the shape and prints quantiles, moments and the table's hash")
    func lognormal() throws {
        let shown = try show("lognormal median 45ms p99 400ms")
        #expect(shown.status == 0 && shown.errors.isEmpty, "\(shown.errors)")
        let text = shown.output
        #expect(text.hasPrefix("lognormal median 45ms p99 400ms\n"))
        #expect(row("p50", of: text) == ["45", "ms", "45", "ms"])
        #expect(row("p99", of: text) == ["400", "ms", "400", "ms"])
        // The median times exp(sigma² / 2), sigma = ln(400 / 45) / 2.3263.
        #expect(row("mean", of: text) == ["69.943", "ms", "69.942", "ms"])
        #expect(row("second moment", of: text) == ["0.011818", "s²", "0.011818", "s²"])
        #expect(row("standard deviation", of: text) == ["83.222", "ms", "83.221", "ms"])
        #expect(row("cv", of: text) == ["1.1899", "1.1899"])
        #expect(row("skewness", of: text) == ["5.2541", "5.2541"])
        #expect(text.hasSuffix("table 58bf3afd000e40122a5ac6693803dcd6\n"))
        #expect(try show("lognormal", "median", "45ms", "p99", "400ms").output == text)
    }

    @Test("the shape is where the draws are")
    func shape() throws {
        // The first and the last column lie half outside of it.
        // A straight quantile function from 1 to 100: on a logarithmic axis a column holds ever more of it.
        let lines = try sheet("uniform 1ms..100ms").split(separator: "\n").map(Array.init)
        let bars = (0..<8).map { row in lines[row + 1].dropFirst(7) }
        let heights = (1..<72).map { column in
            bars.filter { $0.count > column && $0[$0.startIndex + column] != " " }.count
        }
        #expect(heights == heights.sorted() && heights.first == 1 && heights.last == 8)
        // Two values, far apart: two spikes and nothing between them.
        try folder.write("1ms\n1ms\n1ms\n1s\n1s\n1s\n", to: "two.csv")
        let text = try show("empirical", "two.csv").output
        #expect(text.contains("40.1% ┤█ "))
        #expect(row("p25", of: text) == ["1", "ms", "1", "ms"] && row("p75", of: text) == ["1", "s", "1", "s"])
    }

    @Test("infinite moments are called infinite, and a tail cut off is told")
    func heavyTails() throws {
        let text = try show("pareto min 1ms alpha 1.5").output
        #expect(
            row("mean", of: text) == ["2.9995", "ms", "3", "ms"] || row("mean", of: text).suffix(2) == ["3", "ms"])
        #expect(row("second moment", of: text).last == "infinite")
        #expect(row("standard deviation", of: text).last == "infinite")
        #expect(text.contains("The second moment asked for is infinite"))
        #expect(try show("pareto min 1ms alpha 0.9").output.contains("The mean asked for is infinite"))
        #expect(try show("pareto min 1ms alpha 1.1").output.contains("The mean drawn is 4.6% less than asked for"))
        #expect(!(try show("pareto min 1ms alpha 4").output.contains("less than asked for")))
    }

    @Test("times and sizes are both understood")
    func sizes() throws {
        let text = try show("lognormal median 1KiB p99 4KiB").output
        #expect(row("p99", of: text) == ["4", "KiB", "4", "KiB"])
        #expect(row("second moment", of: text).last == "B²")
    }

    @Test("a file of samples is looked up from the working directory")
    func empirical() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: true)
        try folder.write("ms\n9\n1\n5\n", to: "sub/samples.csv")
        for path in [
            "sub/samples.csv", "./sub/samples.csv", "sub/../sub/samples.csv", folder.path + "/sub/samples.csv",
        ] {
            let shown = try show("empirical \(path)")
            #expect(shown.status == 0, "\(shown.errors)")
            #expect(row("p50", of: shown.output) == ["5", "ms", "5", "ms"])
            #expect(row("mean", of: shown.output) == ["5", "ms", "5", "ms"])
        }
        try folder.write("ms\n9\nx\n", to: "bad.csv")
        let bad = try show("empirical bad.csv")
        #expect(bad.status == 2)
        #expect(bad.errors.contains("distribution:1:11: error: value 2 of 'bad.csv' is 'x'"), "\(bad.errors)")
    }

    @Test(
        "a text that is none is told with its column and what was expected, exit code 2",
        arguments: [
            ("gama mean 1ms cv 2", "1:1: error: unknown distribution 'gama'", "did you mean 'gamma'?"),
            ("gamma mean 1 cv 2", "1:12: error: '1' has no unit", "expected a duration with its unit"),
            ("lognormal median 45ms p98 400ms", "1:23: error: a lognormal has no 'p98'", "p99 V"),
            ("lognormal median 1KiB p99 4Kib", "1:27: error: unknown unit 'Kib'", "expected a size"),
            ("uniform 3ms..1ms", "1:9: error: the low end must be below", ""),
            ("pareto min 1ms alpha 0.01", "1:1: error: alpha must lie between", ""),
            ("empirical none.csv", "1:11: error: cannot read 'none.csv'", ""),
            ("exponential mean", "1:1: error: 'exponential' wants other parameters", "exponential mean V"),
            ("erlang shape 2.5 mean 10ms", "1:14: error: an Erlang's shape is a whole number", "gamma mean V cv N"),
            ("erlang shape 2.5 mean 10KiB", "1:14: error: an Erlang's shape is a whole number", "gamma mean V cv N"),
            ("erlang shape 2", "1:1: error: 'erlang' wants other parameters", "erlang shape K mean V"),
            ("", "1:1: error: unknown distribution ''", "exponential mean V"),
        ])
    func mistakes(text: String, place: String, expected: String) throws {
        let shown = try show(text)
        #expect(shown.status == 2)
        #expect(shown.output.isEmpty)
        #expect(shown.errors.hasPrefix("distribution:" + place), "\(shown.errors)")
        #expect(expected.isEmpty || shown.errors.contains(expected), "\(shown.errors)")
    }

    @Test(
        "every kind fits the terminal, and colours come only when they are wanted",
        arguments: [
            "constant 0ms", "constant 5ms", "1ns", "uniform 1ms..3ms", "uniform 0B..6B", "exponential mean 10ms",
            "lognormal median 1ms sigma 19", "gamma mean 20ms cv 30", "gamma mean 20ms cv 0.02",
            "erlang shape 1000 mean 1us", "weibull shape 0.05 scale 1ms", "weibull shape 900 scale 300d",
            "pareto min 1ms alpha 0.1", "hyperexponential mean 10ms cv 500", "constant 1024GiB", "constant 364d",
        ])
    func fits(text: String) throws {
        for columns in [60, 80, 100] {
            let plain = try sheet(text, columns: columns)
            let long = plain.split(separator: "\n").filter { $0.count > columns }
            #expect(long.isEmpty)
            #expect(!plain.contains("\u{1B}"))
            let coloured = try sheet(text, columns: columns, colour: true)
            let escapes = ["\u{1B}[36m", "\u{1B}[1m", "\u{1B}[0m"]
            #expect(escapes.reduce(coloured) { $0.replacingOccurrences(of: $1, with: "") } == plain)
        }
        // This test's output is a file, not a terminal.
        #expect(!(try show(text).output.contains("\u{1B}")))
    }
}
