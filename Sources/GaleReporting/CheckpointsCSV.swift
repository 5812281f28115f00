// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `checkpoints.csv`: simulated time, events handled and trajectory digest so far. Where the lines of two runs first differ,
/// the runs parted.
public enum CheckpointsCSV {
    public static func text(_ result: RunResult) -> String {
        var text = CSV.line(["nanoseconds", "events", "digest"])
        for checkpoint in result.checkpoints {
            text += CSV.line(["\(checkpoint.nanoseconds)", "\(checkpoint.events)", checkpoint.digest])
        }
        return text
    }
}
