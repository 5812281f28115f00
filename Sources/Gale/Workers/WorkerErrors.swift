// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What a worker says on its standard error: the end of it is kept, for Swift's last word before a trap.
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

    /// Hands on what has been said, to this process's own standard error.
    mutating func passOn() {
        if said.isEmpty { return }
        StandardError.write(String(decoding: said, as: UTF8.self))
        said = []
    }

    mutating func end() {
        if file >= 0 { close(file) }
        file = -1
    }
}
