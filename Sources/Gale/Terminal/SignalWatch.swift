// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Synchronization

/// Turns the first Ctrl-C or termination into a flag that the run looks at; one that comes a second later or more ends the process at
/// once. What comes before that is the same wish once more: `timeout` signals a process, and then its group, and a shell's
/// `kill` of a job does so too.
enum SignalWatch {
    static let interruption = Interruption()
    /// Nanoseconds of the monotonic clock at the first signal.
    private static let first = Atomic<Int64>(0)
    /// Within it a signal is not impatience.
    private static let once: Int64 = 1_000_000_000

    static func install() {
        // Made here, so that the handler finds it made.
        _ = interruption
        _ = first.load(ordering: .relaxed)
        _ = once
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
        let now = SignalWatch.now()
        if SignalWatch.interruption.raise(signal: number) {
            SignalWatch.first.store(now, ordering: .sequentiallyConsistent)
            return
        }
        // 0: another thread is between the two lines above.
        let first = SignalWatch.first.load(ordering: .sequentiallyConsistent)
        if first != 0, now - first >= SignalWatch.once { _exit(ExitStatus.interrupted(by: number)) }
    }

    /// Safe in a signal handler, as POSIX says of `clock_gettime`.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
