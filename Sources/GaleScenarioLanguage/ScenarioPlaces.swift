// SPDX-License-Identifier: Apache-2.0

/// Where parts of a scenario are written, for whoever has something to say of them.
public struct ScenarioPlaces: Equatable, Sendable {
    /// By name; looked up, never walked.
    public var faults: [String: SourceLocation] = [:]
    /// nil: it is not written: the default holds.
    public var recovery: SourceLocation?
    /// Of a regression: the cause that it was kept for.
    public var regression: SourceLocation?
    /// Of the variant that was applied: the lines of `violates:`, by their texts.
    public var violates: [String: SourceLocation] = [:]

    public init() {}
}
