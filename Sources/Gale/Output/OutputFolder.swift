// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The folder that a run's result goes to: there all at once, or not at all.
///
/// Files are written to a staging folder beside it, synchronised, and put in place by one rename; a former result stays
/// until then. Where the folder cannot be replaced (a mount point, or a parent without write permission), the staging folder
/// lies inside it and its files are renamed one by one.
package struct OutputFolder {
    /// What a run writes; a folder that holds anything else is somebody's own and is not replaced.
    package static let fileNames: Set<String> = [
        "summary.json", "timing.json", "report.html", "timeseries.csv", "checkpoints.csv", "latency.hgrm",
    ]
    private static let stagingMark = ".gale-staging-"

    /// As the user named it.
    package let path: String
    private let target: String
    private let staging: String
    private let isInside: Bool

    /// Makes sure, before a run, that its result can be written.
    ///
    /// - Throws: `CommandFailure` that says what is in the way.
    package init(preparing path: String) throws {
        guard !path.isEmpty else { throw CommandFailure("--out needs the name of a folder") }
        self.path = path
        target = try Self.usableFolder(path)
        let parent = (target as NSString).deletingLastPathComponent
        let exists = FileManager.default.fileExists(atPath: target)
        isInside = exists && (access(parent, W_OK) != 0 || Self.device(of: parent) != Self.device(of: target))
        let home = isInside ? target : parent
        Self.removeStale(in: home, mark: Self.stagingMark)
        staging = home + "/" + Self.stagingMark + "\(getpid())-" + (target as NSString).lastPathComponent
        guard mkdir(staging, 0o777) == 0 else {
            throw CommandFailure("cannot write to '\(path)': \(SystemError.text)")
        }
    }

    /// Writes the files and puts them in place.
    ///
    /// - Throws: `CommandFailure`; what was there before is then still there.
    package func commit(_ files: [(name: String, text: String)]) throws {
        do {
            for file in files { try write(file.text, to: file.name) }
            Self.synchronise(folder: staging)
            if isInside { try moveFiles(files.map(\.name)) } else { try replaceFolder() }
        } catch {
            discard()
            throw error
        }
    }

    /// Leaves no trace of the staging folder.
    package func discard() { try? FileManager.default.removeItem(atPath: staging) }

    // MARK: Preparing

    /// The absolute path, links resolved, with its parents made.
    private static func usableFolder(_ path: String) throws -> String {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw CommandFailure("cannot write to '\(path)': it is not a folder") }
            guard let resolved = realpath(path, nil) else {
                throw CommandFailure("cannot write to '\(path)': \(SystemError.text)")
            }
            defer { free(resolved) }
            let names: [String]
            do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
                throw CommandFailure("cannot read '\(path)'")
            }
            let foreign = names.filter { !fileNames.contains($0) && !$0.hasPrefix(stagingMark) }.sorted()
            if let first = foreign.first {
                throw CommandFailure(
                    "'\(path)' holds '\(first)', which is not part of a result; name a new or an empty folder with --out"
                )
            }
            return String(cString: resolved)
        }
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let standard = (absolute as NSString).standardizingPath
        try makeFolders((standard as NSString).deletingLastPathComponent, for: path)
        return standard
    }

    static func makeFolders(_ folder: String, for path: String) throws {
        if folder.isEmpty || FileManager.default.fileExists(atPath: folder) { return }
        try makeFolders((folder as NSString).deletingLastPathComponent, for: path)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw CommandFailure("cannot write to '\(path)': cannot make '\(folder)': \(SystemError.text)")
        }
    }

    private static func device(of path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(truncatingIfNeeded: status.st_dev) : 0
    }

    /// Removes what processes that were killed have left: names of a mark, the process's number, and what else.
    static func removeStale(in folder: String, mark: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(mark) {
            let digits = name.dropFirst(mark.count).prefix { $0.isNumber }
            guard let process = Int32(digits), process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    // MARK: Writing

    private func write(_ text: String, to name: String) throws {
        try FileDescriptor.create(staging + "/" + name, holding: text, named: "'\(path)/\(name)'")
    }

    private func replaceFolder() throws {
        if rename(staging, target) != 0 {
            // The target holds a former result: the two change places in one step, and the former one goes.
            guard errno == ENOTEMPTY || errno == EEXIST, exchange() else {
                throw CommandFailure("cannot put the result at '\(path)': \(SystemError.text)")
            }
            discard()
        }
        Self.synchronise(folder: (target as NSString).deletingLastPathComponent)
    }

    private func exchange() -> Bool {
        #if os(Linux)
            if Self.exchange(staging, target) { return true }
        #endif
        // A file system that cannot exchange: the former result steps aside for a moment.
        let aside = staging + "-former"
        guard rename(target, aside) == 0 else { return false }
        guard rename(staging, target) == 0 else {
            rename(aside, target)
            return false
        }
        try? FileManager.default.removeItem(atPath: aside)
        return true
    }

    #if os(Linux)
        private typealias RenameAt2 =
            @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

        /// Linux' `renameat2` with `RENAME_EXCHANGE`, which the C library declares only for GNU sources.
        private static func exchange(_ first: String, _ second: String) -> Bool {
            guard let symbol = dlsym(nil, "renameat2") else { return false }
            let call = unsafeBitCast(symbol, to: RenameAt2.self)
            return call(AT_FDCWD, first, AT_FDCWD, second, 1 << 1) == 0
        }
    #endif

    private func moveFiles(_ names: [String]) throws {
        for name in names where rename(staging + "/" + name, target + "/" + name) != 0 {
            throw CommandFailure("cannot put '\(name)' at '\(path)': \(SystemError.text)")
        }
        for name in Self.fileNames.subtracting(names) { unlink(target + "/" + name) }
        discard()
        Self.synchronise(folder: target)
    }

    static func synchronise(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
