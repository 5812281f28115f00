// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The whole of the command `gale`: reads the arguments, does what they ask, and ends the process with an `ExitStatus`.
public func galeMain() -> Never {
    StandardFiles.complete()
    exit(GaleCommandLine.status(of: Array(CommandLine.arguments.dropFirst())))
}
