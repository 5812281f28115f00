// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `summary.json`: the same bytes for the same scenario, seed and version.
public enum SummaryJSON {
    public static func text(_ summary: RunSummary) -> String { JSONText.pretty(summary) }
}
