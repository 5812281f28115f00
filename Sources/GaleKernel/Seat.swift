// SPDX-License-Identifier: Apache-2.0

/// A component and what the kernel knows of it.
@usableFromInline
struct Seat {
    /// Unmanaged, so that handing over an event touches no reference count.
    var component: Unmanaged<Component>
    /// See `Component.anticipatedKinds`.
    var anticipatedKinds: UInt64 = 0
}
