// SPDX-License-Identifier: GPL-3.0-or-later

/// Delta debugging: the smallest part of a list with which something still happens (Zeller and Hildebrandt, "Simplifying and
/// isolating failure-inducing input", 2002, the algorithm `ddmin`).
enum DeltaDebugging {
    /// - Parameters:
    ///   - elements: with all of them it happens.
    ///   - firstThatHolds: the first of some parts with which it happens as well; nil: with none.
    /// - Returns: a part from which no single element can be left out.
    static func minimum<Element>(
        _ elements: [Element], firstThatHolds: ([[Element]]) throws -> Int?
    ) rethrows -> [Element] {
        guard !elements.isEmpty else { return [] }
        if try firstThatHolds([[]]) != nil { return [] }
        var elements = elements
        var parts = 2
        while elements.count >= 2 {
            let chunks = Self.chunks(of: elements, parts)
            if let place = try firstThatHolds(chunks) {
                elements = chunks[place]
                parts = 2
                continue
            }
            // Of two parts each is the other's complement.
            let complements =
                parts == 2
                ? [] : chunks.indices.map { left in chunks.indices.filter { $0 != left }.flatMap { chunks[$0] } }
            if let place = try firstThatHolds(complements) {
                elements = complements[place]
                parts = max(parts - 1, 2)
            } else if parts < elements.count {
                parts = min(2 * parts, elements.count)
            } else {
                break
            }
        }
        return elements
    }

    private static func chunks<Element>(of elements: [Element], _ parts: Int) -> [[Element]] {
        (0..<parts).map { place in
            Array(elements[(elements.count * place / parts)..<(elements.count * (place + 1) / parts)])
        }
    }
}
