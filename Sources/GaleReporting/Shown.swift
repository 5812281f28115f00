// SPDX-License-Identifier: GPL-3.0-or-later

/// A value of `summary.json` on the page: as a person reads it, with its place in the file (`data-key`) and its exact value
/// (`data-value`), so that a test can compare the two. What is null in the file has the value `null`.
enum Shown {
    static func count(_ key: SummaryKey, _ value: some BinaryInteger) -> HTML {
        element(key, "\(value)", Figure.count(value))
    }

    static func short(_ key: SummaryKey, _ value: some BinaryInteger) -> HTML {
        element(key, "\(value)", Figure.short(Double(value)))
    }

    static func seconds(_ key: SummaryKey, _ value: Double?) -> HTML {
        element(key, exact(value), Figure.seconds(value))
    }

    static func stretch(_ key: SummaryKey, _ value: Double) -> HTML {
        element(key, exact(value), Figure.stretch(value))
    }

    static func ratio(_ key: SummaryKey, _ value: Double) -> HTML {
        element(key, exact(value), Figure.ratio(value))
    }

    static func share(_ key: SummaryKey, _ value: Double) -> HTML {
        element(key, exact(value), Figure.share(value))
    }

    static func text(_ key: SummaryKey, _ value: String) -> HTML { element(key, value, value) }

    static func truth(_ key: SummaryKey, _ value: Bool, _ shown: String) -> HTML {
        element(key, "\(value)", shown)
    }

    private static func exact(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }

    private static func element(_ key: SummaryKey, _ exact: String, _ shown: String) -> HTML {
        "<span data-key=\"\(key.text)\" data-value=\"\(exact)\">\(shown)</span>"
    }
}
