// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A task's record, and its moves between queue, heap and index.
extension JobTable {
    func identifier(_ slot: UInt32) -> TaskID {
        TaskID(rawValue: UInt64(tasks[slot].pointee.generation) << 32 | UInt64(slot))
    }

    /// The record that an identifier names, if the task has not ended.
    func living(_ id: TaskID) -> UInt32? {
        let slot = UInt32(truncatingIfNeeded: id.rawValue)
        guard slot < tasks.extent, tasks[slot].pointee.state != .free,
            tasks[slot].pointee.generation == UInt32(truncatingIfNeeded: id.rawValue >> 32)
        else { return nil }
        return slot
    }

    /// The task of a lease that has not run out; otherwise the worker is fenced.
    mutating func holder(of lease: Lease, at now: Instant) -> UInt32? {
        advance(to: now)
        guard let slot = living(lease.task), tasks[slot].pointee.state == .leased,
            tasks[slot].pointee.token == lease.token
        else {
            counters.fenced += 1
            return nil
        }
        return slot
    }

    mutating func makeReady(_ slot: UInt32) {
        tasks[slot].pointee.state = .ready
        ready.append(identifier(slot).rawValue, tenant: tasks[slot].pointee.tenant)
    }

    mutating func wait(_ slot: UInt32, until due: Instant) {
        tasks[slot].pointee.state = .waiting
        tasks[slot].pointee.due = due.nanoseconds
        waiting += 1
        lookAgain(slot)
    }

    /// Sees to it that the heap brings the task up when it is due, or earlier: then it is asked again.
    mutating func lookAgain(_ slot: UInt32) {
        let record = tasks[slot]
        if record.pointee.looked != 0 && record.pointee.looked <= record.pointee.due { return }
        record.pointee.looked = record.pointee.due
        deadlines.push(record.pointee.due, identifier(slot).rawValue)
    }

    mutating func freeKey(_ slot: UInt32) {
        guard tasks[slot].pointee.isUnique else { return }
        tasks[slot].pointee.isUnique = false
        unique.remove(tasks[slot].pointee.uniqueKey)
    }

    mutating func end(_ slot: UInt32, _ how: TaskEnd) {
        let record = tasks[slot]
        switch how {
        case .completed: counters.completed += 1
        case .dead: counters.dead += 1
        case .cancelled: counters.cancelled += 1
        }
        freeKey(slot)
        let reference = record.pointee.reference
        record.pointee.state = .free
        record.pointee.generation &+= 1
        tasks.free(slot)
        ended?(reference, how)
    }
}
