// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments

/// Turns the first Ctrl-C or termination into a flag that the run looks at; the second one ends the process at once.
enum SignalWatch {
    static let interruption = Interruption()

    static func install() {
        // Made here, so that the handler finds it made.
        _ = interruption
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            #if canImport(Darwin)
                action.__sigaction_u.__sa_handler = Self.handle
            #else
                action.__sigaction_handler.sa_handler = Self.handle
            #endif
            sigemptyset(&action.sa_mask)
            action.sa_flags = Int32(SA_RESTART)
            sigaction(number, &action, nil)
        }
        // A parent may have handed its mask down; a run that cannot be interrupted is nobody's wish.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGINT)
        sigaddset(&mask, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    private static let handle: @convention(c) (Int32) -> Void = { number in
        if !SignalWatch.interruption.raise(signal: number) { _exit(ExitStatus.interrupted(by: number)) }
    }
}
