// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The whole of the command `gale`: reads the arguments, does what they ask, and ends the process with an `ExitStatus`.
public func galeMain() -> Never {
    StandardFiles.complete()
    // A file that would become larger than it may is an error like a full disk, and no end without a word.
    signal(SIGXFSZ, SIG_IGN)
    exit(GaleCommandLine.status(of: Array(CommandLine.arguments.dropFirst())))
}
