// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Words as a POSIX shell reads them back.
package enum ShellText {
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%")

    package static func quoted(_ word: String) -> String {
        if !word.isEmpty && word.allSatisfy(plain.contains) { return word }
        return "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

/// How the user calls this program.
enum CommandName {
    /// `Scripts/gale` says what it was called as; without it the executable's own name counts.
    static var asCalled: String {
        ProcessInfo.processInfo.environment["GALE_CALLED_AS"].flatMap { $0.isEmpty ? nil : $0 }
            ?? CommandLine.arguments[0]
    }
}
