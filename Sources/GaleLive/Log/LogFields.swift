// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Writes the fields of one line, `name=value`, in a fixed order.
struct LogFieldWriter {
    private(set) var text: String

    init(_ word: String) { text = word }

    mutating func add(_ name: String, _ value: some BinaryInteger) { text += " \(name)=\(value)" }
    mutating func add(_ name: String, _ value: Instant) { add(name, value.nanoseconds) }
    mutating func add(_ name: String, _ value: Interval) { add(name, value.nanoseconds) }
    mutating func add(_ name: String, word value: String) { text += " \(name)=\(value)" }
    mutating func add(_ name: String, _ value: Bool) { text += " \(name)=\(value ? "yes" : "no")" }

    mutating func add<Value: BinaryInteger>(_ name: String, _ value: Value?) {
        if let value { add(name, value) } else { add(name, word: "-") }
    }
}

/// Reads the fields of one line, in the same order, and believes nothing.
struct LogFieldReader {
    private var rest: Substring.UTF8View.SubSequence
    private let line: Int

    init(_ line: Substring, number: Int) {
        rest = line.utf8[...]
        self.line = number
    }

    func error(_ problem: String) -> LogError { LogError(line: line, problem) }

    /// The next word; the empty one at the end.
    mutating func word() -> String {
        let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
        let word = String(Substring(rest[..<end]))
        rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
        return word
    }

    mutating func text(_ name: String) throws(LogError) -> String {
        let field = word()
        guard field.hasPrefix(name + "=") else {
            throw error("expected \(name)=…, found '\(field)'")
        }
        return String(field.dropFirst(name.count + 1))
    }

    mutating func integer<Value: FixedWidthInteger>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(LogError) -> Value {
        try integer(name, in: Value.min...Value.max)
    }

    mutating func integer<Value: FixedWidthInteger>(
        _ name: String, in range: ClosedRange<Value>
    ) throws(LogError) -> Value {
        let text = try text(name)
        guard let value = Value(text), range.contains(value) else {
            throw error("\(name) is '\(text)', expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    mutating func optional<Value: FixedWidthInteger>(
        _ name: String, in range: ClosedRange<Value>
    ) throws(LogError) -> Value? {
        var ahead = self
        if try ahead.text(name) == "-" {
            self = ahead
            return nil
        }
        return try integer(name, in: range)
    }

    mutating func interval(_ name: String) throws(LogError) -> Interval {
        Interval(nanoseconds: try integer(name, in: -LogLimits.nanoseconds...LogLimits.nanoseconds))
    }

    mutating func instant(_ name: String) throws(LogError) -> Instant {
        Instant(nanoseconds: try integer(name, in: -LogLimits.nanoseconds...LogLimits.nanoseconds))
    }

    mutating func flag(_ name: String) throws(LogError) -> Bool {
        switch try text(name) {
        case "yes": return true
        case "no": return false
        case let other: throw error("\(name) is '\(other)', expected yes or no")
        }
    }

    /// One of a few names.
    mutating func choice<Value>(_ name: String, _ all: [Value], _ text: (Value) -> String) throws(LogError) -> Value {
        let found = try self.text(name)
        if let value = all.first(where: { text($0) == found }) { return value }
        throw error("\(name) is '\(found)', expected one of: \(all.map(text).joined(separator: ", "))")
    }

    /// Nothing may be left.
    func end() throws(LogError) {
        if !rest.isEmpty { throw error("unexpected '\(Substring(rest))' at the end") }
    }
}
