// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Testing

/// A rendered page; a test that fails does not print all of it.
struct Page: CustomTestStringConvertible {
    static let library = "/* Apache-2.0 */ window.echarts = null; // </script><!-- is inert here"

    let text: String
    var testDescription: String { "a page of \(text.utf8.count) bytes" }

    init(_ result: RunResult, library: String? = Page.library) {
        text = ReportPage.render(result, chartLibrary: library)
    }

    private init(text: String) { self.text = text }

    func has(_ part: String) -> Bool { text.contains(part) }

    func count(of part: String) -> Int { text.components(separatedBy: part).count - 1 }

    func position(of part: String) -> String.Index? { text.range(of: part)?.lowerBound }

    /// The values of all attributes of a name.
    func attributes(_ name: String) -> [String] {
        text.components(separatedBy: " \(name)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// The JSON that the page carries.
    var data: String? {
        guard let start = text.range(of: "<script type=\"application/json\" id=\"run\">"),
            let end = text.range(of: "</script>", range: start.upperBound..<text.endIndex)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// The page without what the library brings, and without the scripts' own text.
    var withoutLibrary: Page {
        guard let start = text.range(of: "<script id=\"charts\">"),
            let end = text.range(of: "</script>", range: start.upperBound..<text.endIndex)
        else { return self }
        return Page(text: String(text[..<start.lowerBound] + text[end.upperBound...]))
    }
}
