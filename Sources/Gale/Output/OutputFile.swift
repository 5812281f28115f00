// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A file that the user has named for a result: there all at once, or not at all.
///
/// The text is written beside it and put in place by one rename; a former file stays until then. What is no plain file (a
/// pipe, `/dev/stdout`) is written to as it is.
package struct OutputFile {
    /// As the user named it.
    package let path: String
    private let target: String
    /// nil: the target is written to as it is.
    private let staging: String?

    /// Makes sure, before the runs, that the result can be written.
    ///
    /// - Parameter option: what named it, for the message.
    /// - Throws: `CommandFailure` that says what is in the way.
    package init(preparing path: String, option: String) throws {
        guard !path.isEmpty else { throw CommandFailure("\(option) needs the name of a file") }
        self.path = path
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw CommandFailure("cannot write to '\(path)': it is a folder")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                (target, staging) = (path, nil)
                return
            }
        }
        target = try Self.resolved(path)
        let folder = (target as NSString).deletingLastPathComponent
        staging = folder + "/.gale-\(getpid())-" + (target as NSString).lastPathComponent
        // With the point a file in the way of the folder shows as well.
        guard access(folder + "/.", W_OK) == 0 else {
            throw CommandFailure("cannot write to '\(path)': \(SystemError.text)")
        }
    }

    /// The absolute path, links resolved, with its parents made.
    private static func resolved(_ path: String) throws -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        guard !path.hasSuffix("/") else { throw CommandFailure("cannot write to '\(path)': it is a folder") }
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let standard = (absolute as NSString).standardizingPath
        try OutputFolder.makeFolders((standard as NSString).deletingLastPathComponent, for: path)
        return standard
    }

    /// Writes the text and puts it in place.
    ///
    /// - Throws: `CommandFailure`; what was there before is then still there.
    package func write(_ text: String) throws {
        guard let staging else { return try FileDescriptor.create(target, holding: text, named: "'\(path)'") }
        do {
            try FileDescriptor.create(staging, holding: text, named: "'\(path)'")
            guard rename(staging, target) == 0 else {
                throw CommandFailure("cannot write '\(path)': \(SystemError.text)")
            }
        } catch {
            unlink(staging)
            throw error
        }
        OutputFolder.synchronise(folder: (target as NSString).deletingLastPathComponent)
    }
}
