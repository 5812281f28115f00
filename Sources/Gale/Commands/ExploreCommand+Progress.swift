// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Synchronization

/// How far an exploration has come, on standard error: each new cause at once, and now and then the speed.
final class ExploreProgress: Sendable {
    private let isSilent: Bool
    private let isTerminal = StandardError.isTerminal
    private struct Shown {
        var causes = 0
        var seconds = 0.0
    }
    private let shown = Mutex(Shown())

    /// - Parameter causes: how many were known before.
    init(isSilent: Bool, causes: Int) {
        self.isSilent = isSilent
        shown.withLock { $0.causes = causes }
    }

    func show(_ progress: ExplorationCampaign.Progress) {
        if isSilent { return }
        shown.withLock { shown in
            let new = progress.causes.dropFirst(shown.causes)
            for cause in new { StandardError.write((isTerminal ? "\r\u{1B}[K" : "") + "found: \(cause)\n") }
            shown.causes = max(shown.causes, progress.causes.count)
            guard progress.seconds - shown.seconds >= (isTerminal ? 0.2 : 10) else { return }
            shown.seconds = progress.seconds
            let line = Self.line(progress)
            if isTerminal {
                StandardError.write("\r\u{1B}[K" + line.prefix(max(20, StandardError.columns - 1)))
            } else {
                StandardError.write(line + "\n")
            }
        }
    }

    /// The last word on speed.
    func end(_ progress: ExplorationCampaign.Progress) {
        if isSilent { return }
        StandardError.write((isTerminal ? "\r\u{1B}[K" : "") + Self.line(progress) + "\n")
    }

    static func line(_ progress: ExplorationCampaign.Progress) -> String {
        let rate = progress.seconds > 0 ? Double(progress.finished) * 60 / progress.seconds : 0
        let before = progress.before > 0 ? ", \(Readable.count(progress.before)) from the journal" : ""
        return
            "\(Readable.counted(progress.finished, "world"))\(before) · \(Readable.count(Int(rate.rounded()))) a minute · "
            + Readable.counted(progress.causes.count, "cause")
    }
}
