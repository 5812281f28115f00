// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Turns the first Ctrl-C or termination into a call; the second one ends the process at once.
final class SignalWatch: Sendable {
    private let first = Atomic<Int32>(0)
    /// Kept alive; written by `install` alone, which is called once.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// The signal's number; nil: none came.
    var received: Int32? {
        let number = first.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// - Parameter act: called once, on a thread of its own.
    func install(_ act: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "gale-live.signals")
        for number in [SIGINT, SIGTERM] {
            // The source sees it all the same, and the default would end the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [self] in
                guard first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing).exchanged
                else { _exit(Self.status(number)) }
                act()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// What a shell says of a process that a signal has ended.
    static func status(_ signal: Int32) -> Int32 { 128 + signal }
}
