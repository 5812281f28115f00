// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The scenario files that paths stand for.
enum ScenarioFiles {
    /// Files themselves; of a folder all `.yaml` files below it, in order, without those of `profiles` folders and
    /// hidden ones. One that is named twice, under whatever names, counts where it comes first.
    ///
    /// - Throws: `CommandFailure` when there is none, or a folder can't be read.
    static func under(_ paths: [String]) throws -> [String] {
        var known: Set<String> = []
        let files = try paths.flatMap(files).filter { known.insert(real($0)).inserted }
        if files.isEmpty { throw CommandFailure("no scenario (*.yaml) in \(paths.joined(separator: ", "))") }
        return files
    }

    private static func real(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        guard let names = FileManager.default.enumerator(atPath: path) else {
            throw CommandFailure("cannot read '\(path)'")
        }
        return names.compactMap { $0 as? String }
            .filter(isScenario)
            .sorted().map { (path as NSString).appendingPathComponent($0) }
    }

    private static func isScenario(_ name: String) -> Bool {
        let parts = name.split(separator: "/")
        return name.hasSuffix(".yaml") && !parts.dropLast().contains("profiles")
            && !parts.contains { $0.hasPrefix(".") }
    }
}
