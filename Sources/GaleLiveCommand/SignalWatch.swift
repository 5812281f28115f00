// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Turns the first Ctrl-C or termination into a call; the second one ends the process at once.
///
/// A handler, not a dispatch source: a source is registered by and by on a thread of its own, and a signal that comes
/// before that is lost. What a handler has been installed for is heard from that moment on.
enum SignalWatch {
    private static let first = Atomic<Int32>(0)
    /// What the handler posts and the thread waits for; made by `install`, before any handler can run, and never freed.
    nonisolated(unsafe) private static let raised = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// The signal's number; nil: none came.
    static var received: Int32? {
        let number = first.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// To be called once in a process.
    ///
    /// - Parameter act: called once, on a thread of its own.
    static func install(_ act: @escaping @Sendable () -> Void) {
        precondition(sem_init(raised, 0, 0) == 0, "a semaphore that is private to the process can always be made")
        Thread.detachNewThread {
            while sem_wait(raised) != 0 {}
            act()
        }
        var mask = sigset_t()
        sigemptyset(&mask)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = handle
            sigemptyset(&action.sa_mask)
            action.sa_flags = Int32(SA_RESTART)
            sigaction(number, &action, nil)
            sigaddset(&mask, number)
        }
        // A parent may have handed its mask down; a run that can't be interrupted is nobody's wish.
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    /// Does only what is safe in a handler.
    private static let handle: @convention(c) (Int32) -> Void = { number in
        guard first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing).exchanged
        else { _exit(status(number)) }
        sem_post(raised)
    }

    /// What a shell says of a process that a signal has ended.
    static func status(_ signal: Int32) -> Int32 { 128 + signal }
}
