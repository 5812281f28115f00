// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Testing

@Suite final class ExplorationJournalTests {
    private let path = NSTemporaryDirectory() + "gale-journal-" + UUID().uuidString

    deinit { for path in [path, path + ".former"] { try? FileManager.default.removeItem(atPath: path) } }

    private func run(_ seed: UInt64) -> ExploredRun {
        var run = ExploredRun(seed: seed)
        run.messages = Int64(seed) * 10
        run.failures = [ExploredRun.Failure(cause: "it's \"so\"", text: "ä\n1")]
        run.reached = [.max, 1]
        return run
    }

    private func open(_ identity: String = "a", isFresh: Bool = false) throws -> ExplorationJournal {
        try ExplorationJournal(path: path, identity: identity, isFresh: isFresh)
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
        #expect(lines == 4)
        for length in stride(from: 0, through: whole.count, by: 7) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let kept = max(0, whole.prefix(length).count { $0 == 10 } - 1)
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
        let second = bytes.split(separator: 10, omittingEmptySubsequences: false)[2]
        bytes[second.startIndex + 30] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try open().runs.keys.sorted() == [1, 3])
    }

    @Test("a finished exploration, another one, and one that is to be begun anew begin with nothing")
    func anew() throws {
        try write(1...3)
        #expect(try open("b").runs.isEmpty)
        try write(1...3)
        #expect(try open(isFresh: true).runs.isEmpty)
        try write(1...3)
        #expect(try open().runs.count == 3)
        do { try open().finish() }
        #expect(try open().runs.isEmpty && open().millisecondsBefore == 0)
    }

    @Test("the journal of another exploration is kept beside this one's, with a word about it")
    func former() throws {
        try write(1...3)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        do {
            let journal = try open("b")
            let former = try #require(journal.former)
            #expect(former.worlds == 3 && former.path == path + ".former")
            #expect(
                "\(former)".hasPrefix("3 finished worlds of an earlier exploration are not used: it was of another "))
            #expect(journal.runs.isEmpty && journal.millisecondsBefore == 0)
            try journal.append(run(7), milliseconds: 1)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".former")) == whole)
        #expect(try open("b").runs.keys.sorted() == [7] && open("b").former == nil)
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
        #expect(throws: ExplorationJournal.Failure.self) { _ = try self.open() }
        _ = journal
    }
}
