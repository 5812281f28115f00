// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments

/// Results of benchmarks, for people and for programs.
struct BenchTable {
    var results: [BenchmarkResult] = []

    static let head = """
        million operations per second      processor time               wall time
        benchmark                 runs  median   least  greatest   median   least  greatest

        """

    static func line(_ result: BenchmarkResult) -> String {
        func columns(_ rate: BenchmarkResult.Rate) -> String {
            [(rate.median, 8), (rate.least, 8), (rate.greatest, 10)]
                .map { padded(number($0.0), to: $0.1) }.joined()
        }
        let name = result.name.padding(toLength: 25, withPad: " ", startingAt: 0)
        return name + padded("\(result.runs)", to: 5) + columns(result.processor) + " " + columns(result.wall) + "\n"
    }

    /// What one operation of each is.
    var legend: String {
        var told: Set<String> = []
        var text = "\nOne operation:\n"
        for result in results where told.insert(result.operation).inserted {
            text += "  \(result.name): \(result.operation)\n"
        }
        return text
    }

    func json() throws -> String {
        struct Line: Encodable {
            var name, operation: String
            var operations: UInt64
            var runs: Int
            var processor, wall: BenchmarkResult.Rate
            var figures: [String: Double]
        }
        let lines = results.map { result in
            Line(
                name: result.name, operation: result.operation, operations: result.operations, runs: result.runs,
                processor: result.processor, wall: result.wall,
                figures: Dictionary(uniqueKeysWithValues: result.figures.map { ($0.name, $0.value) }))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(lines), as: UTF8.self) + "\n"
    }

    private static func number(_ value: Double) -> String {
        String(format: value < 10 ? "%.3f" : "%.1f", value)
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
