// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// A story, or where two runs part, as one JSON object, for programs.
public enum StoryJSON {
    public static func text(_ story: Story) -> String { JSONText.pretty(story) }
    public static func text(_ parting: Parting) -> String { JSONText.pretty(parting) }

    /// Two runs that part nowhere.
    public static func same(first: String, second: String) -> String {
        JSONText.pretty(["first": first, "second": second, "verdict": "the runs are the same"])
    }
}
