// SPDX-License-Identifier: Apache-2.0
import Foundation

exit(await GaleLiveCommand.status(of: Array(CommandLine.arguments.dropFirst())))
