// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// JSON as Gale writes it: sorted keys, numbers in their shortest form, infinities as the string `"inf"`.
enum JSONText {
    /// Indented, with a line break at the end.
    static func pretty(_ value: some Encodable) -> String {
        text(value, formatting: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]) + "\n"
    }

    /// On one line.
    static func compact(_ value: some Encodable) -> String {
        text(value, formatting: [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func text(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            // A result has only numbers, strings, arrays and string-keyed dictionaries.
            preconditionFailure("a result can always be written as JSON: \(error)")
        }
    }
}
