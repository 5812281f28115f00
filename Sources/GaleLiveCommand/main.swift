// SPDX-License-Identifier: Apache-2.0
import Foundation

// A log that would become larger than a file may be is an error like a full disk, and no end without a word.
signal(SIGXFSZ, SIG_IGN)
exit(await GaleLiveCommand.status(of: Array(CommandLine.arguments.dropFirst())))
