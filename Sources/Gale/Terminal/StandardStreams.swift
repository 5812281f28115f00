// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Standard output, with errors that can be seen: a full disk behind a redirection must not look like success.
enum StandardOutput {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func write(_ text: String) throws {
        try FileDescriptor(STDOUT_FILENO).write(text, to: "standard output")
    }
}

/// Standard error; what cannot be written there cannot be told anywhere.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func write(_ text: String) { try? FileDescriptor(STDERR_FILENO).write(text, to: "standard error") }

    /// Columns of the terminal; 80 where there is none.
    static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

/// An open file by its number.
struct FileDescriptor {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// Makes a file, or empties it, and writes a text that is on the disk afterwards.
    ///
    /// - Parameter name: the file as the user knows it.
    /// - Throws: `CommandFailure` with the system's reason.
    static func create(_ path: String, holding text: String, named name: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw CommandFailure("cannot write \(name): \(SystemError.text)") }
        do {
            try FileDescriptor(file).write(text, to: name)
        } catch {
            close(file)
            throw error
        }
        // A file system may find out only now that it is full; a pipe or a terminal has nothing to find out.
        guard fsync(file) == 0 || errno == EINVAL || errno == EROFS else {
            let reason = SystemError.text
            close(file)
            throw CommandFailure("cannot write \(name): \(reason)")
        }
        guard close(file) == 0 else { throw CommandFailure("cannot write \(name): \(SystemError.text)") }
    }

    /// Writes all of a text.
    ///
    /// - Throws: `CommandFailure` with the system's reason.
    func write(_ text: String, to name: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                #if canImport(Darwin)
                    let written = Darwin.write(number, rest.baseAddress, rest.count)
                #else
                    let written = Glibc.write(number, rest.baseAddress, rest.count)
                #endif
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw CommandFailure("cannot write \(name): \(SystemError.text)") }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}

/// What the system says about its last failure.
enum SystemError {
    static var text: String { String(cString: strerror(errno)) }
}
