// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// Where two runs part, as a person reads it.
public enum PartingText {
    public static func text(_ parting: Parting, colour: Bool) -> String {
        let pen = Pen(colour: colour)
        var lines = [
            parting.together == 0
                ? "The runs part in the first \(StoryText.time(parting.apart))"
                : "The runs are the same up to \(StoryText.time(parting.together)) and part before "
                    + StoryText.time(parting.apart)
        ]
        lines += ["  first   \(parting.first)", "  second  \(parting.second)", ""]
        if parting.secondNext != nil {
            lines.append("both (\(parting.eventsInCommon) events since then)")
            lines += parting.common.map { "    " + line($0) }
        }
        lines += ["", "first only"] + parting.firstNext.map { pen.paint("  < ", .red) + line($0) }
        if let second = parting.secondNext {
            lines += ["", "second only"] + second.map { pen.paint("  > ", .green) + line($0) }
            if parting.firstNext.isEmpty || second.isEmpty { lines += ["", "The other run is over by then."] }
        } else {
            lines += ["", "Of the second there are only checkpoints: these are the first run's events from there on."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ step: Story.Step) -> String {
        Columns.right(StoryText.time(step.nanoseconds), 14) + "  " + Columns.left(step.place, 16) + "  " + step.text
    }
}
