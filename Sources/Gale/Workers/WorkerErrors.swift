// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What a worker says on its standard error: the end of it is kept, for Swift's last word before a trap, and where that was.
struct WorkerErrors {
    /// The reading end of a pipe that never blocks; -1: it has ended.
    private(set) var file: Int32
    private var said: [UInt8] = []

    /// Bytes kept.
    private static let most = 64 << 10

    /// - Parameter file: belongs to this value from here on.
    init(_ file: Int32) {
        self.file = file
        _ = fcntl(file, F_SETFL, O_NONBLOCK)
    }

    /// Takes in what is there.
    mutating func listen() {
        var block = [UInt8](repeating: 0, count: 4 << 10)
        while file >= 0 {
            let count = read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { return end() }
            said += block[..<count]
            if said.count > Self.most { said.removeFirst(said.count - Self.most) }
        }
    }

    /// `Module/File.swift:12: Fatal error: Index out of range`; nil: it ended without such a word.
    var lastWord: String? {
        String(decoding: said, as: UTF8.self).split(separator: "\n").last { $0.contains(": Fatal error: ") }
            .map { String($0) }
    }

    /// What `gale_report_traps` begins its line with.
    private static let trapMark = "gale: trap at "

    /// Where it trapped, as places in its program, the innermost first; empty: it has not said so.
    var trapPlaces: [UInt64] {
        let line = String(decoding: said, as: UTF8.self).split(separator: "\n").last { $0.hasPrefix(Self.trapMark) }
        return line?.dropFirst(Self.trapMark.count).split(separator: " ").compactMap { UInt64($0, radix: 16) } ?? []
    }

    /// Hands on what has been said, to this process's own standard error.
    mutating func passOn() {
        if said.isEmpty { return }
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        StandardError.write(lines.filter { !$0.hasPrefix(Self.trapMark) }.joined(separator: "\n"))
        said = []
    }

    mutating func end() {
        if file >= 0 { close(file) }
        file = -1
    }
}
