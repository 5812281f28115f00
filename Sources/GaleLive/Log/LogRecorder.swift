// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Keeps the log of a run as it goes, up to a limit; belongs to the host's event loop.
final class LogRecorder {
    private var text: String
    private let limit: Int
    private var count = 0
    private var isFull = false

    /// - Parameter limit: bytes.
    init(_ header: RunLog.Header, limit: Int = LogLimits.bytes) {
        text = header.text
        // Room for the last line.
        self.limit = min(limit, LogLimits.bytes) - 64
    }

    func record(_ input: Input, at instant: Instant, random: UInt64?, _ actions: borrowing Actions) {
        if isFull { return }
        var all: [Action] = []
        for index in 0..<actions.count { all.append(actions[index]) }
        var entry = ""
        RunLog.Entry(at: instant, random: random, input: input, actions: all).append(to: &entry)
        if text.utf8.count + entry.utf8.count > limit || all.count > LogLimits.actionsPerInput {
            isFull = true
            return
        }
        text += entry
        count += 1
    }

    /// The log so far; `isWhole`: nothing is under way that would have gone on.
    func finished(isWhole: Bool) -> String { text + RunLog.ending(count, isComplete: isWhole && !isFull) }
}
