// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// Failures as GitHub's workflow commands (`::error file=…,line=…::…`), which it shows beside the line of the expectation.
public enum TestAnnotations {
    /// GitHub keeps ten errors of a step.
    private static let most = 10

    /// - Parameters:
    ///   - root: of the checkout: files below it are named from there on; nil: as the user named them.
    ///   - folder: the current one, absolute.
    ///   - reproduction: the command that repeats a result's first failure.
    public static func text(
        _ results: [TestResult], root: String?, folder: String, reproduction: (TestResult) -> String?
    ) -> String {
        var lines: [String] = []
        for result in results where !result.passed {
            for finding in result.findings {
                let place = finding.place ?? TestProblem.Place(file: result.file, line: 1, column: 1)
                let file = Self.file(place.file, root: root, folder: folder)
                let title = "gale test" + (result.variant.map { ", variant " + $0 } ?? "")
                let message = [finding.words] + (reproduction(result).map { ["reproduce: " + $0] } ?? [])
                lines.append(
                    "::error file=\(property(file)),line=\(place.line),col=\(place.column),title=\(property(title))::"
                        + data(message.joined(separator: "\n")) + "\n")
            }
        }
        return lines.prefix(most).joined()
    }

    private static func file(_ path: String, root: String?, folder: String) -> String {
        let absolute = path.hasPrefix("/") ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in absolute.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        guard let root else { return path }
        let above = root.split(separator: "/")
        guard !above.isEmpty, parts.starts(with: above) else { return "/" + parts.joined(separator: "/") }
        return parts.dropFirst(above.count).joined(separator: "/")
    }

    /// As the runner reads it back: only these are special.
    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
