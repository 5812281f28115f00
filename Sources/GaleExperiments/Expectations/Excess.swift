// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// How far beyond its bound an expectation that does not hold has come.
///
/// Whoever makes a failing scenario smaller must not end at the bound: where fewer than 5 duplicates are expected, 5 are no sign of the
/// fault that made 853.
public struct Excess: Codable, Equatable, Sendable {
    /// What was measured, as a person reads it.
    public var value: String
    /// In units of the bound; nil: without end, as the latency of what was not delivered, or a recovery that never came.
    public var amount: Double?
    /// Which clause of a recovery that never came kept it from that; nil: it is not about one.
    public var clause: Int?
    /// Nothing at all is expected, so that one is as wrong as any number: `lost = 0`.
    public var isOverNothing: Bool

    public init(value: String, amount: Double?, clause: Int? = nil, isOverNothing: Bool = false) {
        self.value = value
        self.amount = amount
        self.clause = clause
        self.isOverNothing = isOverNothing
    }

    /// How much of an excess makes another one the same failure.
    public static let leastShare = 0.1

    /// Whether another run of a scenario made smaller is materially beyond the bound as well.
    package func isKept(in other: Excess) -> Bool {
        // A late recovery is another failure than one that never came, as it never does where the run ends soon enough.
        if (clause == nil) != (other.clause == nil) { return false }
        // Bounds of two clauses can't be compared.
        guard !isOverNothing, clause == other.clause else { return true }
        guard let wanted = amount else { return other.amount == nil }
        return other.amount.map { $0 >= wanted * Self.leastShare } ?? true
    }
}

extension Reading {
    /// Of one with which a comparison does not hold.
    package func excess(beyond comparison: Expectation.Comparison) -> Excess {
        let bound = comparison.bound.magnitude
        var amount: Double?
        if case .value(let value) = self { amount = abs(value - bound) }
        return Excess(value: text(for: comparison), amount: amount, isOverNothing: comparison.permitsNothing)
    }
}

extension Expectation.Comparison {
    /// It holds with nothing at all only.
    fileprivate var permitsNothing: Bool {
        switch comparator {
        case .equal, .lessOrEqual: bound.magnitude == 0
        case .less: bound == .count(1)
        case .greaterOrEqual, .greater: false
        }
    }
}
