// SPDX-License-Identifier: GPL-3.0-or-later

/// Versions that a result carries.
public enum EngineVersion {
    /// Of the engine's semantics: it changes when the same scenario and seed may give another result.
    public static let semantics = "5"
    /// Of the layout of `summary.json`.
    public static let summarySchema = "gale/summary/1"
}
