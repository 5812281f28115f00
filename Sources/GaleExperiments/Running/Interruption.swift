// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// A flag that a signal handler may raise and that a run looks at between two slices.
public final class Interruption: Sendable {
    private let raised = Atomic<Int32>(0)

    public init() {}

    /// Safe in a signal handler: one atomic store. Returns false when it had been raised before.
    @discardableResult
    public func raise(signal: Int32) -> Bool {
        raised.compareExchange(expected: 0, desired: signal, ordering: .sequentiallyConsistent).exchanged
    }

    /// The signal's number; nil: none came.
    public var signal: Int32? {
        let number = raised.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}
