// SPDX-License-Identifier: Apache-2.0

/// Sees every event of a run, before and after its component has handled it.
///
/// It must change nothing that a component looks at: an observed run has the same events in the same order as one that is not.
open class KernelObserver {
    public init() {}

    /// A component is about to handle an event; the clock shows its time.
    open func willHandle(_ event: Event) {}

    /// A component has handled it. `entity` is what `Component.handle` returned: `Component.void`, if the event was stale.
    open func didHandle(_ event: Event, entity: UInt64) {}
}
