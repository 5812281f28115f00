// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// A scenario file, read, checked and resolved: the world it describes and what it expects.
public struct Scenario: Sendable {
    public var name: String
    public var about: String
    /// The file it came from, as the user named it.
    public var file: String
    public var specification: WorldSpecification
    public var expectations: [Expectation]
    /// The closed form that its runs follow, if it says so.
    public var theory: Theory?
    public var variants: [Variant]
    /// The failure that it was kept for; nil: it is no regression.
    public var regression: Regression?
    /// nil: whether it recovers is not looked at.
    public var recovery: RecoveryRule?
    /// Of the resolved scenario with its profiles: 32 hexadecimal digits, independent of white space, comments and key
    /// order.
    public var fingerprint: String
    /// The variant that was applied, if any.
    public var variant: String?
    /// The resolved scenario as YAML text (`gale show`).
    public var resolvedText: String
    /// What is odd but not wrong.
    public var warnings: [Diagnostic]
    public var places = ScenarioPlaces()

    /// What a variant may violate beside expectations: the invariants, and recovery from the faults.
    public static let alwaysWatched = Invariant.allCases.map(\.rawValue) + ["recovery"]

    public struct Variant: Equatable, Sendable {
        public var name: String
        /// What this variant must violate: texts of expectations, or of `alwaysWatched`.
        public var violates: [String]
        /// Where each of them is written.
        public var places: [SourceLocation] = []

        public init(name: String, violates: [String]) {
            self.name = name
            self.violates = violates
        }
    }

    public init(
        name: String, about: String, file: String, specification: WorldSpecification, expectations: [Expectation],
        theory: Theory? = nil, variants: [Variant], recovery: RecoveryRule? = RecoveryRule(), fingerprint: String,
        variant: String?, resolvedText: String,
        warnings: [Diagnostic] = []
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.specification = specification
        self.expectations = expectations
        self.theory = theory
        self.variants = variants
        self.recovery = recovery
        self.fingerprint = fingerprint
        self.variant = variant
        self.resolvedText = resolvedText
        self.warnings = warnings
    }
}
