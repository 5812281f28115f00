// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where a scenario's files are read from: the disk, or texts in memory (tests).
struct SourceFiles: Sendable {
    enum Problem: Error {
        case missing
        case tooLarge
        case notText
        case unreadable(String)
    }

    /// Path to text; read before the disk.
    var memory: [String: String] = [:]
    var readsDisk = true

    /// At most `limit` bytes of UTF-8.
    ///
    /// What a scenario refers to is a regular file: a pipe would be waited for, for ever if nobody writes to it. The scenario
    /// itself may come through one (`mayBePipe`), as the command line says so: `gale check <(make-scenario)`.
    func read(
        _ path: String, limit: Int = TreeReader.sizeLimit, mayBePipe: Bool = false
    ) throws(Problem) -> String {
        if let text = memory[path] {
            if text.utf8.count > limit { throw .tooLarge }
            return text
        }
        if !readsDisk { throw .missing }
        return try Self.readDisk(path, limit: limit, mayBePipe: mayBePipe)
    }

    private static func isRegular(_ path: String) -> Bool {
        // The kind of what a link leads to, not of the link.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: target)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    private static func readDisk(_ path: String, limit: Int, mayBePipe: Bool) throws(Problem) -> String {
        var directory: ObjCBool = false
        if !FileManager.default.fileExists(atPath: path, isDirectory: &directory) { throw .missing }
        if directory.boolValue { throw .unreadable("it is a folder") }
        if !mayBePipe, !isRegular(path) { throw .unreadable("it is no regular file") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable("it cannot be opened") }
        defer { try? handle.close() }
        var bytes = Data()
        do {
            while bytes.count <= limit, let more = try handle.read(upToCount: limit + 1 - bytes.count), !more.isEmpty {
                bytes.append(more)
            }
        } catch {
            throw .unreadable("it cannot be read")
        }
        if bytes.count > limit { throw .tooLarge }
        guard let text = String(bytes: bytes, encoding: .utf8) else { throw .notText }
        return text
    }

    func exists(_ path: String) -> Bool {
        memory[path] != nil || (readsDisk && FileManager.default.fileExists(atPath: path))
    }

    /// Names of the `.yaml` files of a folder, without the ending, sorted.
    func yamlNames(in folder: String) -> [String] {
        var names = Set(
            memory.keys.filter { Self.folder(of: $0) == folder && $0.hasSuffix(".yaml") }.map {
                String(($0.split(separator: "/").last ?? "").dropLast(5))
            })
        if readsDisk, let files = try? FileManager.default.contentsOfDirectory(atPath: folder) {
            names.formUnion(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) })
        }
        return names.sorted()
    }

    /// The folder of a path: `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
