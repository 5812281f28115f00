// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// Shows how far a run has come, on standard error: one line written over and over on a terminal, a line every few seconds
/// elsewhere, or nothing.
final class ProgressDisplay {
    enum Mode { case terminal, lines, silent }

    private let mode: Mode
    private var text = ProgressText()
    private var shownAt = 0.0
    private var isLineOpen = false

    init(mode: Mode) { self.mode = mode }

    /// What suits standard error.
    static func suitable(quiet: Bool) -> ProgressDisplay {
        ProgressDisplay(mode: quiet ? .silent : StandardError.isTerminal ? .terminal : .lines)
    }

    func show(_ progress: RunProgress) {
        let period: Double
        switch mode {
        case .silent: return
        case .terminal: period = 0.1
        case .lines: period = 5
        }
        guard progress.wallSeconds - shownAt >= period else { return }
        shownAt = progress.wallSeconds
        let line = text.line(progress)
        if mode == .terminal {
            StandardError.write("\r\u{1B}[K" + line.prefix(max(20, StandardError.columns - 1)))
            isLineOpen = true
        } else {
            StandardError.write(line + "\n")
        }
    }

    /// Takes the live line away.
    func end() {
        if isLineOpen { StandardError.write("\r\u{1B}[K") }
        isLineOpen = false
    }
}
