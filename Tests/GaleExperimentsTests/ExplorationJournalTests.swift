// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Testing

@Suite final class ExplorationJournalTests {
    private let folder = NSTemporaryDirectory() + "gale-journal-" + UUID().uuidString
    private var path: String { folder + "/journal" }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func run(_ seed: UInt64) -> ExploredRun {
        var run = ExploredRun(seed: seed)
        run.messages = Int64(seed) * 10
        run.failures = [ExploredRun.Failure(cause: "it's \"so\"", text: "ä\n1")]
        run.reached = [.max, 1]
        return run
    }

    private func open(
        _ identity: String = "a", asked: String = "all", isFresh: Bool = false, program: String? = "this"
    ) throws -> ExplorationJournal {
        for _ in 1...500 {
            do {
                return try ExplorationJournal(
                    path: path, identity: identity, asked: asked, isFresh: isFresh, program: program)
            } catch {
                guard case .inUse = error else { throw error }
                // A process that another test is just starting has the lock too, until it is one of its own.
                usleep(10_000)
            }
        }
        return try ExplorationJournal(path: path, identity: identity, asked: asked, isFresh: isFresh, program: program)
    }

    private func write(_ seeds: ClosedRange<UInt64>) throws {
        let journal = try open()
        for seed in seeds { try journal.append(run(seed), milliseconds: Int64(seed) * 100) }
    }

    @Test("what was finished is there again, with the time that was spent")
    func roundTrip() throws {
        try write(1...5)
        let journal = try open()
        #expect(journal.runs == Dictionary(uniqueKeysWithValues: (1...5).map { ($0, run($0)) }))
        #expect(journal.millisecondsBefore == 500)
    }

    @Test("cut off at any byte, it keeps every whole line, and goes on from there")
    func cut() throws {
        try write(1...3)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let lines = whole.split(separator: 10).count
        #expect(lines == 5)
        for length in stride(from: 0, through: whole.count, by: 7) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let kept = max(0, whole.prefix(length).count { $0 == 10 } - 2)
            do {
                let journal = try open()
                #expect(journal.runs.count == kept, "\(length)")
                for seed in UInt64(kept + 1)...4 { try journal.append(run(seed), milliseconds: 1) }
            }
            #expect(try open().runs.count == 4)
        }
    }

    @Test("a line that is not what its checksum says counts for nothing, and those after it do")
    func damaged() throws {
        try write(1...3)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let second = bytes.split(separator: 10, omittingEmptySubsequences: false)[3]
        bytes[second.startIndex + 30] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        do {
            let journal = try open()
            #expect(journal.runs.keys.sorted() == [1, 3] && journal.damagedLines == 1)
        }
    }

    @Test("what is damaged is told once: from then on the journal is without it, and it lies beside")
    func mended() throws {
        try write(1...3)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for number in 1...2 {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let line = bytes.split(separator: 10)[2 + number].indices
            bytes[line.lowerBound + 30] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            do {
                let journal = try open()
                #expect(journal.damagedLines == 1 && journal.damagedPath == path + ".damaged-\(number)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".damaged-\(number)")) == bytes[line] + [10])
                #expect(journal.millisecondsBefore == 100, "nobody knows what the later ones were counted for")
                #expect(throws: ExplorationJournal.Failure.self, "the mended one belongs to this process as well") {
                    _ = try ExplorationJournal(path: self.path, identity: "a", asked: "all", isFresh: false)
                }
                try journal.append(run(number == 1 ? 2 : 4), milliseconds: 100)
            }
            let again = try open()
            #expect(again.damagedLines == 0 && again.damagedPath == nil && again.millisecondsBefore == 100)
            #expect(again.runs.count == 3)
        }
        // The lines that were sound are as they were, in their order.
        let lines = try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 10)
        #expect(Array(lines.prefix(3)) == Array(whole.split(separator: 10).prefix(3)))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["journal", "journal.damaged-1", "journal.damaged-2"])
    }

    @Test("where a damaged journal can't be mended it can be read, and nothing is left beside it")
    func notMended() throws {
        try write(1...3)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.split(separator: 10)[3].indices.lowerBound + 30] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        // In the way of the one that would take its place.
        try FileManager.default.createDirectory(atPath: path + ".mended", withIntermediateDirectories: false)
        let journal = try open()
        #expect(journal.damagedLines == 1 && journal.damagedPath == nil && journal.runs.count == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["journal", "journal.mended"])
    }

    @Test("of a program that cannot be known nobody knows whether it is the same: its journal is not gone on with")
    func unknownProgram() throws {
        for (made, goesOn, reason) in [
            ("this", "that", "another build"), (nil, "this", "could not read its own file"),
            ("this", nil, "the file of this program cannot be read"),
            (nil, nil, "the file of this program cannot be read"),
        ] as [(String?, String?, String)] {
            try open(isFresh: true, program: made).append(run(1), milliseconds: 1)
            let journal = try open(program: goesOn)
            #expect(journal.runs.isEmpty && journal.former?.worlds == 1)
            #expect(journal.former?.reason.contains(reason) == true, "\(journal.former?.reason ?? "")")
        }
        try open(isFresh: true).append(run(1), milliseconds: 1)
        #expect(try open().runs.count == 1)
    }

    @Test("whatever byte is damaged, no run is taken for another, and it is told that something is missing")
    func anyByte() throws {
        try write(1...3)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in stride(from: 0, to: whole.count, by: 11) {
            var bytes = whole
            bytes[place] ^= 0x14
            try bytes.write(to: URL(fileURLWithPath: path))
            let journal = try open()
            #expect(journal.runs.allSatisfy { $1 == run($0) }, "\(place)")
            #expect(journal.damagedLines > 0 || journal.former?.worlds == 3, "\(place)")
            if let former = journal.former { try FileManager.default.removeItem(atPath: former.path) }
        }
    }

    @Test("a file that no exploration wrote is left alone, also when everything is to begin anew")
    func foreign() throws {
        for text in ["my diary", "dear diary\n\nto-day\n", "{}\n", "deadbeef\n"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            for isFresh in [false, true] {
                let failure = #expect(throws: ExplorationJournal.Failure.self) { _ = try self.open(isFresh: isFresh) }
                #expect(failure.map { "\($0)".contains("is no journal of an exploration") } == true)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
        }
    }

    @Test("what is finished is there for whatever is asked for next, and time counts for each apart")
    func asked() throws {
        try write(1...3)
        do { try open().finish() }
        do {
            let same = try open()
            #expect(same.isFinished && same.runs.count == 3 && same.millisecondsBefore == 300)
        }
        do {
            let more = try open(asked: "more")
            #expect(!more.isFinished && more.runs.count == 3 && more.millisecondsBefore == 0)
            try more.append(run(9), milliseconds: 50)
        }
        #expect(try open(asked: "more").millisecondsBefore == 50)
        #expect(try open().isFinished && open().millisecondsBefore == 300 && open().runs.count == 4)
    }

    @Test("another exploration, and one that is to be begun anew begin with nothing")
    func anew() throws {
        try write(1...3)
        #expect(try open("b").runs.isEmpty)
        try write(1...3)
        #expect(try open(isFresh: true).runs.isEmpty)
    }

    @Test("the journal of another exploration is kept beside this one's, with a word about it")
    func former() throws {
        try write(1...3)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        do {
            let journal = try open("b")
            let former = try #require(journal.former)
            #expect(former.worlds == 3 && former.path == path + ".former-1" && former.number == 1)
            #expect(former.reason.hasPrefix("it was of another "))
            #expect(journal.runs.isEmpty && journal.millisecondsBefore == 0)
            try journal.append(run(7), milliseconds: 1)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".former-1")) == whole)
        #expect(try open("b").runs.keys.sorted() == [7] && open("b").former == nil)
        #expect(try open("d").former?.path == path + ".former-2", "the first stays")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".former-1")) == whole)
        #expect(try open(isFresh: true).former == nil, "it was to go")
        #expect(try open("c").former == nil, "nothing was finished")
    }

    @Test("seeds that were not run are named")
    func missing() throws {
        try write(2...3)
        #expect(try open().missing(of: 1...5) == [1, 4, 5])
    }

    @Test("one process at a time has it")
    func locked() throws {
        let journal = try open()
        #expect(throws: ExplorationJournal.Failure.self) {
            _ = try ExplorationJournal(path: self.path, identity: "a", asked: "all", isFresh: false)
        }
        withExtendedLifetime(journal) {}
    }
}
