// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Whether colours are welcome: on a terminal that knows them, unless `NO_COLOR` is set (no-color.org).
private func hasColour(_ isTerminal: Bool) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
}

extension StandardError {
    static var hasColour: Bool { Gale.hasColour(isTerminal) }
}

extension StandardOutput {
    static var hasColour: Bool { Gale.hasColour(isTerminal) }

    /// Columns of the terminal; 80 where there is none.
    static var columns: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
