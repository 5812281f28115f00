// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GalePrimitives

/// The finished seeds of an exploration, on the disk as soon as they are finished: a process that is killed at any moment loses
/// none of them.
///
/// A line is a checksum and a piece of JSON; the first one says what is explored and by which build. A line is written at once, and
/// one that is not whole, or not what its checksum says, counts for nothing: that seed is run again, and the line is put aside. One
/// process at a time has a journal. Which seeds are asked for may change from one process to the next: what is finished is there
/// for all of them.
public final class ExplorationJournal {
    public enum Failure: Error, CustomStringConvertible {
        case cannotWrite(String, String)
        case inUse(String)
        case foreign(String)

        public var description: String {
            switch self {
            case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
            case .inUse(let path):
                "'\(path)' belongs to an exploration that is still running; wait for its end, end it with Ctrl-C, or name another "
                    + "folder with --out"
            case .foreign(let path):
                "'\(path)' is no journal of an exploration; name another folder with --out, or remove it"
            }
        }
    }

    public let path: String
    /// Of earlier processes and of this one, whatever they were asked for.
    public private(set) var runs: [UInt64: ExploredRun] = [:]
    /// Wall time that earlier processes have spent on what is asked for.
    public let millisecondsBefore: Int64
    /// What is asked for has been done before.
    public let isFinished: Bool
    /// Lines that were not whole, or not what their checksums say; where nothing can be written they stay in the journal.
    public let damagedLines: Int
    /// Where these are kept; nil: there were none, or they are still in the journal.
    public let damagedPath: String?
    /// What was there and is of no use any more; nil: nothing was, or it was to go.
    public let former: Former?
    private let file: Int32

    /// The journal of another exploration, which this one has taken the place of.
    public struct Former: Equatable, Sendable {
        /// Worlds that had been finished.
        public var worlds: Int
        /// Why they are of no use.
        public var reason: String
        /// Where it is kept.
        public var path: String
        /// Counts what was kept before it, from 1.
        public var number: Int
    }

    struct Header: Codable, Equatable {
        var gale = "exploration journal 2"
        var identity: String
        /// Empty: nobody knows which one.
        var program: String

        /// Whether the same program was at work on the same worlds: two that nobody knows are not the same.
        func isSame(as other: Header) -> Bool { self == other && !program.isEmpty }
    }

    struct Line: Codable {
        var run: ExploredRun?
        /// What the lines from here on are about; empty: that is not known any more.
        var asked: String?
        /// Wall time since that was asked for first, in all processes.
        var milliseconds: Int64?
        var isFinished: Bool?
    }

    /// Opens the journal and reads what is there. One that is about something else begins anew; what was there is kept beside it.
    ///
    /// - Parameters:
    ///   - identity: what worlds it is about.
    ///   - asked: which of them, and for how long.
    ///   - isFresh: whatever the journal holds goes.
    public convenience init(path: String, identity: String, asked: String, isFresh: Bool) throws(Failure) {
        try self.init(path: path, identity: identity, asked: asked, isFresh: isFresh, program: ProgramIdentity.own)
    }

    /// - Parameter program: which build this is; nil: that cannot be known, and no journal is gone on with.
    package init(path: String, identity: String, asked: String, isFresh: Bool, program: String?) throws(Failure) {
        self.path = path
        var file = try Self.locked(path)
        var isOpen = false
        defer { if !isOpen { close(file) } }
        let bytes = Self.contents(file)
        let found = ExplorationJournalContents(bytes)
        if found.isForeign { throw .foreign(path) }
        let header = Header(identity: identity, program: program ?? "")
        let reason = isFresh ? nil : found.reasonAgainst(header)
        former = try reason.map { reason throws(Failure) in
            try Self.keep(bytes, of: path, worlds: found.runs.count, because: reason)
        }
        let isOfUse = !isFresh && found.header?.isSame(as: header) == true
        runs = isOfUse ? found.runs : [:]
        millisecondsBefore = isOfUse ? found.milliseconds[asked] ?? 0 : 0
        isFinished = isOfUse && found.finished.contains(asked)
        damagedLines = isOfUse ? found.damaged : 0
        // What can't be mended can be read all the same, and what is finished be told.
        damagedPath = damagedLines > 0 ? try? Self.mend(path, &file, found) : nil
        self.file = file
        isOpen = true
        if !isOfUse {
            guard ftruncate(file, 0) == 0 else { throw failure() }
            try append(header)
        }
        if !isOfUse || found.asked != asked { try append(Line(asked: asked)) }
    }

    deinit { close(file) }

    /// A world that cannot be written is among the runs all the same.
    public func append(_ run: ExploredRun, milliseconds: Int64) throws(Failure) {
        runs[run.seed] = run
        try append(Line(run: run, milliseconds: milliseconds))
    }

    /// Seeds that have no finished world.
    public func missing(of seeds: ClosedRange<UInt64>) -> [UInt64] { seeds.filter { runs[$0] == nil } }

    /// What was asked for has been done.
    public func finish() throws(Failure) {
        if isFinished { return }
        try append(Line(isFinished: true))
        guard fsync(file) == 0 || errno == EINVAL else { throw failure() }
    }

    // MARK: Lines

    private func append(_ value: some Encodable) throws(Failure) {
        guard let bytes = Self.line(value) else { throw .cannotWrite(path, "no JSON") }
        let length = lseek(file, 0, SEEK_END)
        // One call: what a signal cuts short is the whole line or nothing, as long as there is room on the disk.
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + sent, bytes.count - sent) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure()
                // Half a line would spoil the next one as well.
                if sent > 0 { ftruncate(file, length) }
                throw failure
            }
            sent += count
        }
    }

    /// nil: it is no JSON.
    static func line(_ value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return nil }
        return Array((checksum(data) + " ").utf8) + data + [UInt8(ascii: "\n")]
    }

    private func failure() -> Failure { .cannotWrite(path, String(cString: strerror(errno))) }

    static func checksum(_ data: some Sequence<UInt8>) -> String {
        var fingerprint = Fingerprint()
        fingerprint.absorb(String(decoding: Array(data), as: UTF8.self))
        return String(fingerprint.digest.description.prefix(16))
    }
}
