// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A file that the user has named for a result: there all at once, or not at all.
///
/// The text is written beside it and put in place by one rename; a former file stays until then, and nothing goes but a former
/// one of the same kind. What is no plain file (a pipe, `/dev/stdout`) is written to as it is.
package struct OutputFile {
    /// As the user named it.
    package let path: String
    private let option: String
    private let target: String
    /// nil: the target is written to as it is.
    private let staging: String?

    /// Makes sure, before the runs, that the result can be written, and that nothing is lost by that.
    ///
    /// - Parameters:
    ///   - option: what named it, for the message.
    ///   - kind: what will be written.
    ///   - inputs: what the command reads; none of these is written over, under whatever name.
    ///   - others: what else the command writes; no two of these are the same file.
    /// - Throws: `CommandFailure` that says what is in the way, and what to do.
    package init(
        preparing path: String, option: String, as kind: OutputKind, inputs: [String], beside others: [OutputFile?] = []
    ) throws {
        guard !path.isEmpty else { throw CommandFailure("\(option) needs the name of a file") }
        self.path = path
        self.option = option
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
        try keepWhatIsThere(kind, inputs, others.compactMap { $0 })
    }

    private func keepWhatIsThere(_ kind: OutputKind, _ inputs: [String], _ others: [OutputFile]) throws {
        if inputs.contains(where: { Self.areSame($0, target) }) {
            throw CommandFailure("\(option): '\(path)' is what the command reads; name another file")
        }
        if let other = others.first(where: { $0.target == target || Self.areSame($0.target, target) }) {
            throw CommandFailure("\(option): '\(path)' is what \(other.option) writes as well; name two files")
        }
        guard let file = FileHandle(forReadingAtPath: target) else {
            // What cannot be read cannot be known for what may go.
            if access(target, F_OK) != 0 { return }
            throw CommandFailure("\(option): '\(path)' exists and cannot be read: \(SystemError.text)")
        }
        let head = try file.read(upToCount: OutputKind.head) ?? Data()
        if !kind.mayReplace(String(decoding: head, as: UTF8.self)) {
            throw CommandFailure("\(option): '\(path)' \(kind.remedy)")
        }
    }

    /// Whether two paths lead to one file that is there, by links of either kind or not.
    private static func areSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
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
        let folder = (standard as NSString).deletingLastPathComponent
        try OutputFolder.makeFolders(folder, for: path)
        guard let real = realpath(folder, nil) else { return standard }
        defer { free(real) }
        return (String(cString: real) as NSString).appendingPathComponent((standard as NSString).lastPathComponent)
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

    /// Puts what was there before aside under a name of its own beside it, if anything was.
    ///
    /// - Parameter name: the last component of its path then.
    /// - Returns: that path, as the user would name it; nil: nothing was there.
    package func keepFormer(as name: String) -> String? {
        let aside = (target as NSString).deletingLastPathComponent + "/" + name
        guard staging != nil, rename(target, aside) == 0 else { return nil }
        return ((path as NSString).deletingLastPathComponent as NSString).appendingPathComponent(name)
    }
}
