// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Standard input, output and error: the descriptors 0, 1 and 2.
enum StandardFiles {
    /// Makes those that the process was started without lead to `/dev/null`: otherwise the next file or pipe that it opens has
    /// their number, and gets what is meant for people.
    static func complete() {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // The least number that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
