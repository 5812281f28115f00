// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// The text of a log, one line for each input and, indented by a tab, for each action:
///
///     gale-live log 1
///     slots 256
///     scenario 812
///     …812 bytes of YAML…
///     17032000 - consumed reference=1 key=1 recipient=77 …
///     	send reference=1 attempt=67108864 …
///     18201333 9223372036854775808 responded attempt=67108864 status=503 …
///     end 2 complete
///
/// The first number of an input is its time in nanoseconds, the second the random word (`-`: none was drawn).
extension RunLog {
    public var text: String {
        var text = header.text
        for entry in entries { entry.append(to: &text) }
        return text + Self.ending(entries.count, isComplete: isComplete)
    }

    static func ending(_ count: Int, isComplete: Bool) -> String {
        "end \(count) \(isComplete ? "complete" : "cut")\n"
    }

    /// Reads a log of whatever origin.
    public init(text: String) throws(LogError) {
        guard text.utf8.count <= LogLimits.bytes else {
            throw LogError(line: 0, "the log has \(text.utf8.count) bytes; at most \(LogLimits.bytes) are read")
        }
        var lines = LogLines(text)
        header = try Header(&lines)
        (entries, isComplete) = ([], false)
        while true {
            let line = try lines.next(orMissing: "the last line, 'end …'")
            if line.hasPrefix("end ") {
                isComplete = try Self.end(line, entries.count, lines)
                return
            }
            if line.hasPrefix("\t") {
                guard !entries.isEmpty else { throw lines.error("an action comes before the first input") }
                guard entries[entries.count - 1].actions.count < LogLimits.actionsPerInput else {
                    throw lines.error("more than \(LogLimits.actionsPerInput) actions for one input")
                }
                var fields = LogFieldReader(line.dropFirst(), number: lines.number)
                let action = try Action(&fields)
                try fields.end()
                entries[entries.count - 1].actions.append(action)
            } else {
                entries.append(try Entry(line, lines.number, after: entries.last?.at))
            }
        }
    }

    private static func end(_ line: Substring, _ count: Int, _ lines: LogLines) throws(LogError) -> Bool {
        for isComplete in [true, false] where line == ending(count, isComplete: isComplete).dropLast() {
            if !lines.isAtEnd { throw LogError(line: lines.number + 1, "something follows the last line") }
            return isComplete
        }
        throw lines.error(
            "found '\(line)', expected 'end \(count) complete' or 'end \(count) cut' after \(count) inputs")
    }
}

extension RunLog.Header {
    var text: String {
        "gale-live log \(LogLimits.version)\nslots \(slots)\nscenario \(scenario.utf8.count)\n"
            + scenario + "\n"
    }

    fileprivate init(_ lines: inout LogLines) throws(LogError) {
        let first = try lines.next(orMissing: "the first line")
        guard first == "gale-live log \(LogLimits.version)" else {
            throw lines.error("found '\(first.prefix(40))', expected 'gale-live log \(LogLimits.version)'")
        }
        slots = try lines.number("slots", in: 1...LogLimits.slots)
        scenario = try lines.block(lines.number("scenario", in: 0...LogLimits.scenarioBytes))
    }
}

extension RunLog.Entry {
    func append(to text: inout String) {
        text += "\(at.nanoseconds) "
        if let random { text += "\(random)" } else { text += "-" }
        text += " \(input.logged)\n"
        for action in actions { text += "\t\(action.logged)\n" }
    }

    fileprivate init(_ line: Substring, _ number: Int, after before: Instant?) throws(LogError) {
        var fields = LogFieldReader(line, number: number)
        let time = fields.word()
        guard let nanoseconds = Int64(time), (0...LogLimits.nanoseconds).contains(nanoseconds) else {
            throw fields.error("the time is '\(time)', expected nanoseconds from 0 to \(LogLimits.nanoseconds)")
        }
        at = Instant(nanoseconds: nanoseconds)
        if let before, at <= before { throw fields.error("the time does not come after that of the input before") }
        let word = fields.word()
        random = UInt64(word)
        if random == nil && word != "-" { throw fields.error("the random word is '\(word)', expected a number or '-'") }
        input = try Input(&fields)
        try fields.end()
        actions = []
    }
}

/// The lines of a log, counted.
private struct LogLines {
    private let text: String
    private var place: String.Index
    private(set) var number = 0

    init(_ text: String) {
        self.text = text
        place = text.startIndex
    }

    var isAtEnd: Bool { place == text.endIndex }

    func error(_ problem: String) -> LogError { LogError(line: number, problem) }

    mutating func next(orMissing what: String) throws(LogError) -> Substring {
        number += 1
        guard !isAtEnd else { throw error("the log ends here; expected \(what)") }
        let bytes = text.utf8
        var end = place
        var count = 0
        while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\n") {
            let byte = bytes[end]
            guard byte == 9 || (32..<127).contains(byte) else {
                throw error("a byte of value \(byte); lines are printable ASCII")
            }
            count += 1
            guard count <= LogLimits.lineBytes else { throw error("more than \(LogLimits.lineBytes) bytes") }
            end = bytes.index(after: end)
        }
        guard end < bytes.endIndex else { throw error("the line is cut off") }
        defer { place = bytes.index(after: end) }
        return text[place..<end]
    }

    /// `name` and a number.
    mutating func number(_ name: String, in range: ClosedRange<Int>) throws(LogError) -> Int {
        let line = try next(orMissing: "\(name) …")
        guard line.hasPrefix(name + " "), let value = Int(line.dropFirst(name.count + 1)), range.contains(value) else {
            throw error(
                "found '\(line)', expected '\(name)' and a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// So many bytes and the end of the line.
    mutating func block(_ count: Int) throws(LogError) -> String {
        let bytes = text.utf8
        guard let end = bytes.index(place, offsetBy: count, limitedBy: bytes.endIndex), end < bytes.endIndex,
            bytes[end] == UInt8(ascii: "\n"), let block = String(bytes[place..<end])
        else {
            throw LogError(line: number, "the text that follows does not have \(count) bytes and the end of a line")
        }
        number += block.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        place = bytes.index(after: end)
        return block
    }
}
