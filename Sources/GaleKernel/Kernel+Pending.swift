// SPDX-License-Identifier: Apache-2.0

extension Kernel {
    /// Shows every event that is scheduled and neither handled nor cancelled, in no particular order. Nothing may be scheduled or
    /// cancelled meanwhile.
    ///
    /// - Complexity: O(pending).
    public func forEachPending(_ body: (Event) -> Void) {
        let (nodes, newest) = (core.pointee.lanes.nodes.nodes, core.pointee.scheduled)
        // Drops nothing: the one way of the queue to go through all that it has.
        core.pointee.queue.removeAll { event in
            if event.target != KernelCore.timer {
                body(event)
            } else if KernelCore.isCurrent(event, nodes) {
                let node = nodes[Int(UInt32(truncatingIfNeeded: event.payload))]
                body(
                    Event(
                        time: event.time, sequence: event.sequence, target: node.target, kind: node.kind,
                        payload: node.payload))
            }
            return false
        }
        core.pointee.lanes.forEach(newest: newest, body)
    }
}
