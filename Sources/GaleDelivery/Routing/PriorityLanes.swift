// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// A lane for each priority, without starvation, and turns for tenants within each lane (`FairQueue`).
///
/// - `strict(ageing:)`: the most urgent lane goes first; but what has waited for `ageing` goes before all that came later,
///   whatever its lane. So nothing that comes after something can overtake it once that has waited for `ageing`. The rule is
///   that of Linux's mq-deadline (`block/mq-deadline.c`, `prio_aging_expire`, 10 s by default), with the oldest first among
///   what has aged, so that no lane starves behind another that has aged, too.
/// - `weighted`: lanes take turns by deficit round robin with their weights as quanta. A lane with work gets at least its
///   weight's share.
///
/// Where tenants take turns, what a lane offers is the item whose turn it is.
///
/// - Complexity: O(lanes) a decision.
public struct PriorityLanes: ~Copyable {
    public enum Discipline: Equatable, Sendable {
        /// `ageing`: nil: strictly by priority; lower lanes may then starve.
        case strict(ageing: Interval?)
        /// By `Priority`, the most urgent first; each at least 1.
        case weighted([UInt32])

        /// Strict, with mq-deadline's ageing.
        public static var standard: Discipline { .strict(ageing: .seconds(10)) }
    }

    /// What a lane keeps beside its queue.
    private struct Share: BitwiseCopyable {
        /// Items of a round.
        var weight: Int64
        var deficit: Int64 = 0
    }

    static let laneCount = Priority.allCases.count

    private let lanes: UnsafeMutablePointer<FairQueue>
    private let shares: UnsafeMutablePointer<Share>
    private let isFair: Bool
    private let isWeighted: Bool
    private let ageing: Int64
    /// Of the weighted round: the lane whose turn it is, and whether it has got its share.
    private var turn = 0
    private var isInTurn = false
    public private(set) var count = 0

    /// - Parameter quantum: what a tenant may spend a round; nil: no turns, each lane is first in, first out.
    public init(_ discipline: Discipline = .standard, quantum: UInt32? = nil) {
        isFair = quantum != nil
        lanes = .allocate(capacity: Self.laneCount)
        shares = .allocate(capacity: Self.laneCount)
        var weights: [UInt32] = []
        switch discipline {
        case .strict(let interval):
            ageing = interval?.nanoseconds ?? .max
            isWeighted = false
        case .weighted(let list):
            ageing = .max
            isWeighted = true
            weights = list
        }
        for lane in 0..<Self.laneCount {
            (lanes + lane).initialize(to: FairQueue(quantum: quantum ?? 1))
            (shares + lane).initialize(to: Share(weight: lane < weights.count ? Int64(max(1, weights[lane])) : 1))
        }
    }

    deinit {
        lanes.deinitialize(count: Self.laneCount)
        lanes.deallocate()
        shares.deallocate()
    }

    public var isEmpty: Bool { count == 0 }

    public mutating func append(_ element: UInt64, _ priority: Priority, tenant: UInt64 = 0, at now: Instant) {
        count += 1
        lanes[Int(priority.rawValue)].append(element, tenant: isFair ? tenant : 0, at: now.nanoseconds)
    }

    /// Puts back what was just taken and has been here `since`.
    public mutating func prepend(_ element: UInt64, _ priority: Priority, tenant: UInt64 = 0, since: Instant) {
        let lane = Int(priority.rawValue)
        count += 1
        lanes[lane].prepend(element, tenant: isFair ? tenant : 0, at: since.nanoseconds)
        if isWeighted {
            turn = lane
            isInTurn = true
            shares[lane].deficit += 1
        }
    }

    /// What comes next, and since when it has been here; nil: nothing.
    public mutating func first(at now: Instant) -> (element: UInt64, since: Instant)? {
        if isEmpty { return nil }
        guard let first = lanes[choose(at: now.nanoseconds)].first() else { return nil }
        return (first.element, Instant(nanoseconds: first.since))
    }

    /// Takes what comes next; nil: nothing.
    public mutating func popFirst(at now: Instant) -> UInt64? {
        if isEmpty { return nil }
        let lane = choose(at: now.nanoseconds)
        let element = lanes[lane].popFirst()
        if isWeighted { shares[lane].deficit -= 1 }
        left(lane)
        return element
    }

    /// Takes out what would come next and is worth nothing any more: that is no turn of its lane's or tenant's. nil: nothing.
    public mutating func discardFirst(at now: Instant) -> UInt64? {
        isEmpty ? nil : discardFirst(in: choose(at: now.nanoseconds))
    }

    /// What a lane offers.
    mutating func first(in lane: Int) -> UInt64? { lanes[lane].first()?.element }

    /// Takes out what a lane offers and is worth nothing any more, whosever turn it is.
    mutating func discardFirst(in lane: Int) -> UInt64? {
        guard let element = lanes[lane].discardFirst() else { return nil }
        left(lane)
        return element
    }

    /// One has left a lane.
    private mutating func left(_ lane: Int) {
        count -= 1
        // An emptied lane saves nothing for later.
        if isWeighted && lanes[lane].isEmpty {
            shares[lane].deficit = 0
            if turn == lane { isInTurn = false }
        }
    }

    private mutating func choose(at now: Int64) -> Int {
        isWeighted ? chooseByWeight() : chooseStrictly(at: now)
    }

    private mutating func chooseStrictly(at now: Int64) -> Int {
        var chosen = -1
        var oldest = Int64.max
        for lane in 0..<Self.laneCount {
            guard let since = lanes[lane].first()?.since else { continue }
            if chosen < 0 { chosen = lane }
            // Of the same instant: the more urgent lane.
            if ageing != .max, now - since >= ageing, since < oldest {
                oldest = since
                chosen = lane
            }
        }
        return chosen
    }

    private mutating func chooseByWeight() -> Int {
        while true {
            if !lanes[turn].isEmpty {
                if !isInTurn {
                    isInTurn = true
                    shares[turn].deficit += shares[turn].weight
                }
                if shares[turn].deficit >= 1 { return turn }
            }
            turn = (turn + 1) % Self.laneCount
            isInTurn = false
        }
    }
}
