// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Reads the `checkpoints.csv` of an earlier run.
public enum CheckpointFile {
    /// nil: the text is none.
    public static func read(_ text: String) -> [RunResult.Checkpoint]? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true)[...]
        guard lines.popFirst() == "nanoseconds,events,digest" else { return nil }
        var checkpoints: [RunResult.Checkpoint] = []
        for line in lines {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            guard cells.count == 3, let nanoseconds = Int64(cells[0]), let events = UInt64(cells[1]) else { return nil }
            checkpoints.append(
                RunResult.Checkpoint(nanoseconds: nanoseconds, events: events, digest: String(cells[2])))
        }
        return checkpoints
    }
}
