// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleKernel

/// Looks at wall time, memory and signals while a world advances, and pauses it when the run is over.
///
/// Between two slices would be too late: within 100 simulated milliseconds a scenario may ask for more than fits in memory.
final class LimitWatch: Sendable {
    /// Seconds between two looks.
    static let interval = 0.02

    private let ended = DispatchSemaphore(value: 0)

    init(_ pauser: PauseRequest, limits: RunLimits, interruption: Interruption) {
        let ended = ended
        let thread = Thread {
            while ended.wait(timeout: .now() + Self.interval) == .timedOut {
                if interruption.signal != nil || limits.exceeded != nil { pauser.pause() }
            }
        }
        thread.name = "limits"
        thread.start()
    }

    func end() { ended.signal() }
}
