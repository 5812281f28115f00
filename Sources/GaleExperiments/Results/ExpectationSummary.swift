// SPDX-License-Identifier: GPL-3.0-or-later

public struct ExpectationSummary: Codable, Equatable, Sendable {
    public var text: String
    public var held: Bool
    /// As a person reads it: `1.21`, `340 ms`, `inf`, `not measured`.
    public var value: String
    /// Added by Gale, not by the scenario.
    public var implied: Bool
    /// There was nothing to be measured; nil: there was.
    public var notMeasured: Bool?

    public init(text: String, held: Bool, value: String, implied: Bool, notMeasured: Bool = false) {
        self.text = text
        self.held = held
        self.value = value
        self.implied = implied
        self.notMeasured = notMeasured ? true : nil
    }
}
