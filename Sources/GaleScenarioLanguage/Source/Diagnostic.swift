// SPDX-License-Identifier: Apache-2.0

/// One mistake (or doubt) in a scenario: where it is, what was found, what was expected and what to do about it.
public struct Diagnostic: Equatable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    public var severity: Severity
    public var location: SourceLocation
    /// What was found and what was expected, in one line.
    public var message: String
    /// The nearest valid name, when one is near.
    public var suggestion: String?
    /// What to do about it, when the message does not say so by itself.
    public var remedy: String?
    /// The line of the source, for the excerpt.
    public var sourceLine: String

    public init(
        severity: Severity = .error, location: SourceLocation, message: String, suggestion: String? = nil,
        remedy: String? = nil, sourceLine: String = ""
    ) {
        self.severity = severity
        self.location = location
        self.message = Self.printable(message)
        self.suggestion = suggestion.map(Self.printable)
        self.remedy = remedy.map(Self.printable)
        self.sourceLine = sourceLine
    }

    /// Names come from a file that may hold anything, and a message has one line: what would end it, or steer a terminal, is
    /// written out.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) { shown += scalar.escaped(asASCII: true) } else { shown.unicodeScalars.append(scalar) }
        }
        return shown
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// The first line as compilers write it, then the source line with a caret below, then the remedy.
    public var text: String {
        var text = "\(location): \(severity.rawValue): \(message)"
        if let suggestion { text += "; did you mean '\(suggestion)'?" }
        if !sourceLine.isEmpty { text += "\n" + excerpt }
        if let remedy { text += "\n  help: \(remedy)" }
        return text
    }

    /// The source line, cut to what fits a terminal around the column, with a caret below it.
    private var excerpt: String {
        let width = 100
        let characters = Array(sourceLine.unicodeScalars)
        let column = min(max(location.column - 1, 0), characters.count)
        let first = column > width - 10 ? column - width / 2 : 0
        let shown = characters[first..<min(first + width, characters.count)]
        // Tabs stay tabs under the caret as well, so that it stands below the right character.
        let padding = characters[first..<column].map { $0 == "\t" ? "\t" : " " }.joined()
        let number = String(location.line)
        let margin = String(repeating: " ", count: number.count)
        var line = ""
        line.unicodeScalars.append(contentsOf: shown.map { $0.value < 32 && $0 != "\t" ? " " : $0 })
        return "  \(number) | \(line)\n  \(margin) | \(padding)^"
    }
}

/// What is wrong with a scenario. Thrown by `ScenarioReader`; holds at least one error.
public struct ScenarioError: Error, Equatable, Sendable, CustomStringConvertible {
    public var diagnostics: [Diagnostic]

    public init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    /// Every diagnostic, rendered for a terminal.
    public var text: String { diagnostics.map(\.text).joined(separator: "\n") }
    public var description: String { text }
}
