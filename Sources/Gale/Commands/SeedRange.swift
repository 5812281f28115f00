// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments

/// Seeds as they are written on the command line: `5..9`.
enum SeedRange {
    /// - Parameters:
    ///   - text: `A..B`.
    ///   - most: so many seeds it may be.
    /// - Throws: `ValidationError`, which says what to write instead.
    static func range(_ text: String, most: UInt64) throws -> ClosedRange<UInt64> {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let first = UInt64(parts[0]), let last = UInt64(parts[2]) else {
            throw ValidationError("expected A..B, such as 1..1000, not '\(text)'")
        }
        if first > last { throw ValidationError("the range \(text) is empty; write \(last)..\(first)") }
        if last > UInt64(Int64.max) { throw ValidationError("a seed must be less than 2^63, which \(last) is not") }
        if last - first >= most {
            throw ValidationError("the range \(text) has more than \(Readable.count(Int64(most))) seeds")
        }
        return first...last
    }
}
