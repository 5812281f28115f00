// SPDX-License-Identifier: GPL-3.0-or-later

public struct FaultSummary: Codable, Equatable, Sendable {
    public var name: String
    /// As `provider apns: capacity 20%`.
    public var what: String
    public var atSeconds, lengthSeconds: Double
    /// Decisions it changed.
    public var decisionsChanged: Int64
    /// It changed none, and was over when the run ended.
    public var inert: Bool

    public init(
        name: String, what: String, atSeconds: Double, lengthSeconds: Double, decisionsChanged: Int64, inert: Bool
    ) {
        self.name = name
        self.what = what
        self.atSeconds = atSeconds
        self.lengthSeconds = lengthSeconds
        self.decisionsChanged = decisionsChanged
        self.inert = inert
    }
}
