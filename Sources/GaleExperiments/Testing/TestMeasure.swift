// SPDX-License-Identifier: GPL-3.0-or-later

/// One quantity that a run of a test measured, so that runs and variants can be set side by side.
public struct TestMeasure: Codable, Equatable, Sendable {
    /// As an expectation writes it, but without its bound: `attempts(gateway) during brownout`.
    public var name: String
    public var unit: MetricUnit
    /// nil: there is no number, and `text` says why.
    public var value: Double?
    /// As a person reads it: `1.21`, `340 ms`, `inf`, `not measured`, `metastable`.
    public var text: String
    /// What is expected of it; empty: nothing.
    public var bounds: [Bound]

    public struct Bound: Codable, Equatable, Sendable {
        /// Of the expectation, or the name of what is always watched.
        public var text: String
        public var held: Bool

        public init(text: String, held: Bool) {
            self.text = text
            self.held = held
        }
    }

    public init(name: String, unit: MetricUnit, value: Double?, text: String? = nil, bounds: [Bound] = []) {
        self.name = name
        self.unit = unit
        self.value = value
        self.text = text ?? value.map(unit.text) ?? "not measured"
        self.bounds = bounds
    }
}
