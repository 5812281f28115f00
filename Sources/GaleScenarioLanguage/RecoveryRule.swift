// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// How soon a scenario wants its pipeline back in its steady state after the last fault.
public struct RecoveryRule: Equatable, Sendable {
    /// nil: three times as long as the faults lasted, from the first's start to the last's end, and at least a minute.
    public var within: Interval?
    /// Whether a run in which that can't be seen fails.
    public var isRequired: Bool

    static let leastBound = Interval.minutes(1)

    /// How long after the end of the last of these faults the pipeline may take; nil: there is none.
    public func bound(after faults: [FaultSpecification]) -> (ended: Interval, within: Interval)? {
        guard let first = faults.map(\.at).min(), let ended = faults.map({ $0.at + $0.length }).max() else {
            return nil
        }
        return (ended, within ?? max(Self.leastBound, (ended - first) * 3))
    }

    public init(within: Interval? = nil, isRequired: Bool = false) {
        self.within = within
        self.isRequired = isRequired
    }
}
