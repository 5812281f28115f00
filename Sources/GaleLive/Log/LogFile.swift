// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Logs on disk.
public enum LogFile {
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
