// SPDX-License-Identifier: Apache-2.0

/// A word, a quantity or a sign of an expectation, and at which character it begins.
struct ExpectationToken: Equatable {
    var text: String
    var offset: Int

    static func tokens(of text: String) -> [ExpectationToken] {
        let scalars = Array(text.unicodeScalars)
        var tokens: [ExpectationToken] = []
        var index = 0
        while index < scalars.count {
            let start = index
            let scalar = scalars[index]
            if scalar.properties.isWhitespace {
                index += 1
                continue
            }
            if isWord(scalar) {
                while index < scalars.count, isWord(scalars[index]) { index += 1 }
            } else if "<>=!".unicodeScalars.contains(scalar) {
                while index < scalars.count, "<>=!".unicodeScalars.contains(scalars[index]) { index += 1 }
            } else {
                index += 1
            }
            let view = String.UnicodeScalarView(scalars[start..<index])
            tokens.append(ExpectationToken(text: String(view), offset: start))
        }
        return tokens
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./%".unicodeScalars.contains(scalar)
    }
}
