// SPDX-License-Identifier: Apache-2.0

/// A text that scenario values come from: a file, a built-in profile, or a `--set` on the command line.
final class SourceText: Sendable {
    /// As diagnostics name it.
    let file: String
    /// Where relative names in it are looked up; nil where it has no folder.
    let folder: String?
    let lines: [String]

    init(file: String, folder: String?, text: String) {
        self.file = file
        self.folder = folder
        // Split by scalars: to Swift, "\r\n" is one character.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
    }

    func line(_ number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
}

/// A place in a source. Lines and columns count from 1, columns in Unicode scalars.
struct Place: Sendable {
    var source: SourceText
    var line: Int
    var column: Int

    var location: SourceLocation { SourceLocation(file: source.file, line: line, column: column) }

    /// The same line, further right: for a mistake inside a plain scalar.
    func advanced(by columns: Int) -> Place { Place(source: source, line: line, column: column + columns) }
}
