// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Chains that wait for the same thing, with one wake for all of them: a ring of their slots, first in, first out; or lanes by
/// priority and turns of the tenants, where the policy asks for them.
///
/// - Complexity: O(1); appending amortised. 4 bytes a place; the ring doubles when it is full.
struct WaitQueue {
    private var places: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private var head = 0
    /// Chains in the ring, those settled meanwhile included.
    private(set) var count = 0
    /// In the ring's stead.
    private let lanes: UnsafeMutablePointer<PriorityLanes>?
    private let hasLanes: Bool
    /// Chains that left it towards a slot and haven't been granted one: what they need is kept for them.
    var promised = 0
    /// When its wake will come, in nanoseconds; `Int64.max`: none was asked for.
    var wakeAt: Int64 = .max
    /// Number of the wake asked for last: earlier ones are stale.
    var wakeSequence: UInt32 = 0

    init(_ policy: RoutingPolicy) {
        places = .allocate(capacity: 16)
        mask = 15
        hasLanes = policy.lanes != nil
        if policy.lanes == nil && !policy.isFair {
            lanes = nil
        } else {
            lanes = .allocate(capacity: 1)
            lanes?.initialize(
                to: PriorityLanes(policy.lanes ?? .strict(ageing: nil), quantum: policy.isFair ? 1 : nil))
        }
    }

    func deallocate() {
        places.deallocate()
        lanes?.deinitialize(count: 1)
        lanes?.deallocate()
    }

    /// The chain whose turn it is, in a ring the one that has waited longest; the queue is not empty.
    func first(at now: Int64) -> UInt32 {
        guard let lanes else { return places[head & mask] }
        guard let first = lanes.pointee.first(at: Instant(nanoseconds: now)) else {
            preconditionFailure("a queue that isn't empty has a first")
        }
        return UInt32(truncatingIfNeeded: first.element)
    }

    /// The chain so many places behind the first, in a ring that has it.
    @inline(__always)
    func upcoming(_ distance: Int) -> UInt32? {
        lanes == nil && distance < count ? places[(head &+ distance) & mask] : nil
    }

    /// Whether what waits is told apart: `append` then needs to know more.
    var isOrdered: Bool { lanes != nil }

    /// Adds a chain to its lane, behind its tenant's others; or puts back what was taken, before all others.
    mutating func add(_ slot: UInt32, _ chain: RoutedChain, atHead: Bool) {
        guard let lanes else { return }
        count += 1
        let priority = hasLanes ? chain.priority : .normal
        let since = Instant(nanoseconds: chain.since)
        if atHead {
            lanes.pointee.prepend(UInt64(slot), priority, tenant: UInt64(chain.tenant), since: since)
        } else {
            lanes.pointee.append(UInt64(slot), priority, tenant: UInt64(chain.tenant), at: since)
        }
    }

    /// What a lane offers next, whosever turn it is.
    func first(in lane: Int) -> UInt32? {
        lanes?.pointee.first(in: lane).map { UInt32(truncatingIfNeeded: $0) }
    }

    /// Takes it out, as worth nothing any more.
    mutating func discardFirst(in lane: Int) {
        if lanes?.pointee.discardFirst(in: lane) != nil { count -= 1 }
    }

    mutating func append(_ slot: UInt32) {
        if count > mask { grow() }
        places[(head &+ count) & mask] = slot
        count += 1
    }

    /// Puts back what was taken from the head.
    mutating func prepend(_ slot: UInt32) {
        if count > mask { grow() }
        head &-= 1
        places[head & mask] = slot
        count += 1
    }

    /// - Parameter isServed: whether that is a turn of its lane's and tenant's; what has expired or gone was none.
    mutating func removeFirst(at now: Int64, isServed: Bool) {
        count -= 1
        if let lanes {
            let now = Instant(nanoseconds: now)
            _ = isServed ? lanes.pointee.popFirst(at: now) : lanes.pointee.discardFirst(at: now)
        } else {
            head &+= 1
        }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: (mask + 1) * 2)
        for place in 0..<count { larger[place] = places[(head &+ place) & mask] }
        places.deallocate()
        places = larger
        mask = mask * 2 + 1
        head = 0
    }
}
