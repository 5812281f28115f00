// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GalePrimitives

/// The finished seeds of an exploration, on the disk as soon as they are finished: a process that is killed at any moment loses
/// none of them.
///
/// A line is a checksum and a piece of JSON; the first one says what is explored and by which build. A line is written at once, and
/// one that is not whole, or not what its checksum says, counts for nothing: that seed is run again. One process at a time has a
/// journal.
public final class ExplorationJournal {
    public enum Failure: Error, CustomStringConvertible {
        case cannotWrite(String, String)
        case inUse(String)

        public var description: String {
            switch self {
            case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
            case .inUse(let path): "'\(path)' belongs to an exploration that is still running"
            }
        }
    }

    public let path: String
    /// Of earlier processes and of this one.
    public private(set) var runs: [UInt64: ExploredRun] = [:]
    /// Wall time that earlier processes have spent on it.
    public private(set) var millisecondsBefore: Int64 = 0
    /// What was there and is of no use any more; nil: nothing was, or it was to go.
    public private(set) var former: Former?
    private let file: Int32

    /// The journal of another exploration, which this one has taken the place of.
    public struct Former: Equatable, Sendable, CustomStringConvertible {
        /// Worlds that had been finished.
        public var worlds: Int
        /// Why they are of no use.
        public var reason: String
        /// Where it is kept.
        public var path: String

        public var description: String {
            "\(worlds) finished world\(worlds == 1 ? "" : "s") of an earlier exploration are not used: \(reason); "
                + "its journal is kept as '\(path)'"
        }
    }

    private struct Header: Codable, Equatable {
        var gale = "exploration journal 1"
        var identity: String
        var program: String
    }

    private struct Line: Codable {
        var run: ExploredRun?
        /// Wall time since the exploration began, in all processes.
        var milliseconds: Int64?
        var isFinished: Bool?
    }

    /// Opens the journal and reads what is there. One that was finished, or that is about something else, begins anew; the
    /// latter is kept beside it.
    public init(path: String, identity: String, isFresh: Bool) throws(Failure) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .cannotWrite(path, String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw .inUse(path)
        }
        let header = Header(identity: identity, program: Self.program)
        let good = isFresh ? 0 : read(header)
        if let former { try keep(former) }
        guard ftruncate(file, off_t(good)) == 0 else { throw failure() }
        if good == 0 { try append(header) }
    }

    deinit { close(file) }

    public func append(_ run: ExploredRun, milliseconds: Int64) throws(Failure) {
        runs[run.seed] = run
        try append(Line(run: run, milliseconds: milliseconds))
    }

    /// Seeds that have no finished world.
    public func missing(of seeds: ClosedRange<UInt64>) -> [UInt64] { seeds.filter { runs[$0] == nil } }

    /// The exploration has come to its end: the next one begins anew.
    public func finish() throws(Failure) {
        try append(Line(isFinished: true))
        guard fsync(file) == 0 || errno == EINVAL else { throw failure() }
    }

    // MARK: Lines

    private func append(_ value: some Encodable) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { throw .cannotWrite(path, "no JSON") }
        var bytes = Array((Self.checksum(data) + " ").utf8)
        bytes += data
        bytes.append(UInt8(ascii: "\n"))
        // One call: what a signal cuts short is the whole line or nothing, as long as there is room on the disk.
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + sent, bytes.count - sent) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            sent += count
        }
    }

    private func failure() -> Failure { .cannotWrite(path, String(cString: strerror(errno))) }

    private static func checksum(_ data: some Sequence<UInt8>) -> String {
        var fingerprint = Fingerprint()
        fingerprint.absorb(String(decoding: Array(data), as: UTF8.self))
        return String(fingerprint.digest.description.prefix(16))
    }

    /// Reads what is there; the number of bytes to keep: 0 where it is of no use.
    private func read(_ header: Header) -> Int {
        let bytes = contents()
        var place = 0
        var kept = 0
        var isFirst = true
        var reason: String?
        while let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[place..<end]
            place = end + 1
            guard let data = Self.checked(line) else {
                if isFirst { return 0 }
                continue
            }
            if isFirst {
                guard let other = try? JSONDecoder().decode(Header.self, from: data) else { return 0 }
                if other != header { reason = other.identity == header.identity ? Self.otherBuild : Self.otherWorlds }
                isFirst = false
            } else if let line = try? JSONDecoder().decode(Line.self, from: data) {
                if line.isFinished == true {
                    runs = [:]
                    millisecondsBefore = 0
                    return 0
                }
                if let run = line.run { runs[run.seed] = run }
                millisecondsBefore = max(millisecondsBefore, line.milliseconds ?? 0)
            }
            kept = place
        }
        guard let reason else { return kept }
        if !runs.isEmpty { former = Former(worlds: runs.count, reason: reason, path: path + ".former") }
        runs = [:]
        millisecondsBefore = 0
        return 0
    }

    private static let otherBuild = "another build of this program made them"
    private static let otherWorlds = "it was of another scenario or other ranges, faults or seeds"

    private func keep(_ former: Former) throws(Failure) {
        guard FileManager.default.createFile(atPath: former.path, contents: Data(contents())) else {
            throw .cannotWrite(former.path, String(cString: strerror(errno)))
        }
    }

    private func contents() -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        lseek(file, 0, SEEK_SET)
        while true {
            let count = Foundation.read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += block[..<count]
        }
    }

    private static func checked(_ line: ArraySlice<UInt8>) -> Data? {
        guard line.count > 17, line[line.startIndex + 16] == UInt8(ascii: " ") else { return nil }
        let data = line.dropFirst(17)
        return checksum(data) == String(decoding: line.prefix(16), as: UTF8.self) ? Data(data) : nil
    }

    /// This very program: another build may come to other verdicts.
    private static var program: String {
        var status = stat()
        #if os(Linux)
            guard stat("/proc/self/exe", &status) == 0 else { return "" }
            return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        #else
            guard stat(CommandLine.arguments[0], &status) == 0 else { return "" }
            return "\(status.st_size) \(status.st_mtimespec.tv_sec)"
        #endif
    }
}
