// SPDX-License-Identifier: GPL-3.0-or-later

/// What is written to a file, and with that over what it may be written: an empty file, or a former one of the same kind. A
/// scenario is somebody's work, whoever wrote it, and is written over when that is asked for.
package enum OutputKind: Equatable {
    case junit, markdown, trace, exploration
    case scenario(isForced: Bool)

    /// Bytes of a file that are looked at.
    static let head = 4_096

    /// Whether a file that begins like this may go.
    ///
    /// - Parameter head: the first `head` bytes of it; all of them if it has fewer.
    func mayReplace(_ head: String) -> Bool {
        if head.isEmpty { return true }
        return switch self {
        case .junit: head.hasPrefix("<") && head.contains("<testsuite")
        case .markdown: head.hasPrefix("## Gale: ")
        case .trace: head.hasPrefix("{") && head.contains("\"traceEvents\"")
        case .exploration: head.hasPrefix("{") && head.contains("\"coverage\" :")
        case .scenario(let isForced): isForced
        }
    }

    /// What is wrong with a file that must stay, and what to do.
    var remedy: String {
        switch self {
        case .junit: "exists and is no JUnit XML; name another file, or remove it"
        case .markdown: "exists and is no summary of gale test; name another file, or remove it"
        case .trace: "exists and is no trace; name another file, or remove it"
        case .exploration: "exists and is no report of an exploration; name another folder with --out, or remove it"
        case .scenario: "exists; name another file, or write over it with --force"
        }
    }
}
