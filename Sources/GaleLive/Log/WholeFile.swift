// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that the user has named for a result: the whole of it is there, or what was there before.
public struct WholeFile: Sendable {
    public let path: String

    /// Why it can't be written.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    /// Finds out before there is anything to write whether it could be.
    public init(preparing path: String) throws(Problem) {
        self.path = path
        let target = URL(filePath: path).resolvingSymlinksInPath()
        if let type = try? FileManager.default.attributesOfItem(atPath: target.path)[.type] as? FileAttributeType,
            type != .typeRegular
        {
            // Written beside it and renamed, the result would take the place of a device.
            throw Problem(
                description: "\(path) can't be written: it is "
                    + (type == .typeDirectory ? "a folder" : "no plain file"))
        }
        let folder = target.deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Problem(
                description: "\(path) can't be written: there is no folder \(folder) that can be written to")
        }
    }

    public func write(_ text: String) throws(Problem) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path).resolvingSymlinksInPath(), options: .atomic)
        } catch {
            let reason = Self.reason(error as NSError, bytes: text.utf8.count)
            throw Problem(description: "\(path) can't be written: \(reason)")
        }
    }

    /// The error's own words say that something went wrong, and no more, where a file became too large.
    private static func reason(_ error: NSError, bytes: Int) -> String {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < bytes else {
            return error.localizedDescription
        }
        return "it has \(bytes) bytes, and a file may have \(limit.rlim_cur) here (ulimit -f)"
    }
}
