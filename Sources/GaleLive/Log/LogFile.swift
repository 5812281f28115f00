// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Logs on disk.
public enum LogFile {
    /// Writes a log so that there is the whole of it at `path`, or what was there before.
    public static func write(_ text: String, to path: String) throws(LogError) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw LogError(line: 0, "\(path) can't be written: \(Self.reason(error))")
        }
    }

    /// Whether a log could be written there, found out before there is one.
    public static func check(writable path: String) throws(LogError) {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent().path
        var isFolder = ObjCBool(false)
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw LogError(line: 0, "\(path) can't be written: it is a folder")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw LogError(line: 0, "\(path) can't be written: there is no folder \(folder) that can be written to")
        }
    }

    /// Reads a log of whatever origin.
    public static func read(_ path: String) throws(LogError) -> RunLog {
        let data: Data
        do {
            let file = URL(filePath: path).resolvingSymlinksInPath()
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw LogError(line: 0, "\(path) is no file")
            }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            guard size <= LogLimits.bytes else {
                throw LogError(line: 0, "\(path) has \(size) bytes; at most \(LogLimits.bytes) are read")
            }
            data = try Data(contentsOf: file)
        } catch let error as LogError {
            throw error
        } catch {
            throw LogError(line: 0, "\(path) can't be read: \(Self.reason(error))")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw LogError(line: 0, "\(path) is not text in UTF-8")
        }
        return try RunLog(text: text)
    }

    private static func reason(_ error: any Error) -> String {
        (error as NSError).localizedDescription
    }
}
