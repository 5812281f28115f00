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
