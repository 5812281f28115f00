// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// How soon a scenario wants its pipeline back in its steady state after the last fault.
public struct RecoveryRule: Equatable, Sendable {
    /// nil: three times as long as the faults lasted, from the first's start to the last's end, and at least a minute.
    public var within: Interval?
    /// Whether a run in which that can't be seen fails.
    public var isRequired: Bool

    public init(within: Interval? = nil, isRequired: Bool = false) {
        self.within = within
        self.isRequired = isRequired
    }
}
