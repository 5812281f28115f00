// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// `timing.json`: what depends on the machine.
public enum TimingJSON {
    public static func text(_ timing: RunTiming) -> String { JSONText.pretty(timing) }
}
