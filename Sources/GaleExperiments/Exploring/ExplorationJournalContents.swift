// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What the bytes of a journal hold, as far as they are what their checksums say.
struct ExplorationJournalContents {
    /// nil: there is none, or it is damaged.
    private(set) var header: ExplorationJournal.Header?
    private(set) var runs: [UInt64: ExploredRun] = [:]
    /// Wall time spent on each thing that was asked for.
    private(set) var milliseconds: [String: Int64] = [:]
    private(set) var finished: Set<String> = []
    /// What was asked for last.
    private(set) var asked: String?
    /// Lines that are not whole, or not what their checksums say.
    private(set) var damaged = 0
    /// Those lines, and all others.
    private(set) var damagedBytes: [UInt8] = []
    private(set) var soundBytes: [UInt8] = []
    /// Nothing in it was written by an exploration.
    private(set) var isForeign = false

    init(_ bytes: [UInt8]) {
        var isFirst = true
        var length = 0
        while let end = bytes[length...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[length...end]
            if let data = Self.checked(line.dropLast()) {
                take(data, isFirst: isFirst)
                soundBytes += line
            } else {
                damaged += 1
                damagedBytes += line
                // It may have said what the next ones are counted for.
                if asked != nil { soundBytes += ExplorationJournal.line(ExplorationJournal.Line(asked: "")) ?? [] }
                asked = nil
            }
            isFirst = false
            length = end + 1
        }
        if length < bytes.count {
            damaged += 1
            damagedBytes += bytes[length...]
        }
        isForeign = header == nil && runs.isEmpty && !Self.mayBegin(bytes)
    }

    private mutating func take(_ data: Data, isFirst: Bool) {
        let decoder = JSONDecoder()
        if isFirst, let header = try? decoder.decode(ExplorationJournal.Header.self, from: data) {
            self.header = header
            return
        }
        guard let line = try? decoder.decode(ExplorationJournal.Line.self, from: data) else { return }
        if let asked = line.asked { self.asked = asked.isEmpty ? nil : asked }
        if let run = line.run { runs[run.seed] = run }
        guard let asked else { return }
        milliseconds[asked] = max(milliseconds[asked] ?? 0, line.milliseconds ?? 0)
        if line.isFinished == true { finished.insert(asked) }
    }

    /// Why its worlds are of no use; nil: they are of use, or there are none.
    func reasonAgainst(_ wanted: ExplorationJournal.Header) -> String? {
        guard !runs.isEmpty, header?.isSame(as: wanted) != true else { return nil }
        guard let header else { return "the first line of its journal, which says what they are, is damaged" }
        if header.identity != wanted.identity { return "it was of another scenario or other ranges or faults" }
        if wanted.program.isEmpty {
            return "the file of this program cannot be read, so that nobody knows whether this very build made them"
        }
        if header.program.isEmpty {
            return "the program that made them could not read its own file, so that nobody knows which build it was"
        }
        return "another build of this program made them"
    }

    private static func checked(_ line: ArraySlice<UInt8>) -> Data? {
        guard line.count > 17, line[line.startIndex + 16] == UInt8(ascii: " ") else { return nil }
        let data = line.dropFirst(17)
        return ExplorationJournal.checksum(data) == String(decoding: line.prefix(16), as: UTF8.self)
            ? Data(data) : nil
    }

    /// Whether a journal may begin like this: empty, or a checksum as far as it goes, and an object.
    private static func mayBegin(_ bytes: [UInt8]) -> Bool {
        let isChecksum = bytes.prefix(16).allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        return isChecksum && zip(bytes.dropFirst(16), " {".utf8).allSatisfy { $0 == $1 }
    }
}
