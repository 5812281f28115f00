// SPDX-License-Identifier: Apache-2.0

/// A part of the simulated world: it handles the events that are addressed to it.
///
/// A component registers with its kernel when it is created and lives as long as that kernel.
open class Component {
    /// The clock and the queue of its kernel.
    public final let scheduler: Scheduler
    /// The target of its events: components are numbered in the order of their creation.
    public final let index: UInt32
    /// What messages to people call it.
    public final let name: String

    /// The entity of an event that was stale: neither counted nor part of the trajectory.
    @inlinable public static var void: UInt64 { .max }

    public init(kernel: Kernel, name: String) {
        scheduler = kernel.scheduler
        index = kernel.nextComponentIndex
        self.name = name
        kernel.register(self)
    }

    /// Handles one event.
    ///
    /// - Returns: the stable identity of the entity concerned, for the trajectory digest (not a slot, which gets
    ///   reused), or `Component.void`: the event was stale and doesn't count.
    open func handle(_ event: Event) -> UInt64 { Component.void }

    /// The kinds of events for which `anticipate` is to be called: bit n for those whose number has the lower six bits n.
    open var anticipatedKinds: UInt64 { 0 }

    /// An event that will probably be handled soon: first about ten events ahead, then (`isNear`) about four. A component
    /// with records in much memory asks for their cache lines here. It changes nothing: the event may be cancelled, and
    /// how often this is called is nobody's promise.
    open func anticipate(kind: UInt32, payload: UInt64, isNear: Bool) {}
}
