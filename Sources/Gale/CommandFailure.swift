// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a command could not do its work: a message for standard error and the exit code.
package struct CommandFailure: Error, Equatable {
    package var message: String
    package var status: Int32

    package init(_ message: String, status: Int32 = ExitStatus.wrongInput) {
        self.message = message
        self.status = status
    }
}
