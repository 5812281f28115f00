// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

extension FaultSummary {
    /// Why nothing can be said of it, in a run that was ended early; nil: something can.
    func undecided(in summary: RunSummary) -> String? {
        if inert || decisionsChanged > 0 { return nil }
        return summary.simulatedSeconds <= atSeconds ? "not begun" : "not over"
    }
}
