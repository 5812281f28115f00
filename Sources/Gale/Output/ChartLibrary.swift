// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Apache ECharts as `Scripts/fetch-echarts` leaves it, to be written into reports.
enum ChartLibrary {
    private static let name = ".cache/echarts-6.0.0.min.js"

    /// The library's text, from a folder above the executable or above the working folder; nil: it was not fetched.
    static func text() -> String? {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        for start in [
            (executable as NSString).resolvingSymlinksInPath, FileManager.default.currentDirectoryPath + "/.",
        ] {
            var folder = (start as NSString).deletingLastPathComponent
            while true {
                let candidate = (folder as NSString).appendingPathComponent(name)
                if let text = try? String(contentsOfFile: candidate, encoding: .utf8) { return text }
                let parent = (folder as NSString).deletingLastPathComponent
                if parent == folder || parent.isEmpty { break }
                folder = parent
            }
        }
        return nil
    }
}
