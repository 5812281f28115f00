// SPDX-License-Identifier: Apache-2.0

/// Edges of those state machines of the models that have a few states and change them rarely: a replica, a worker, a broker's node,
/// who leads a partition, a consumer group, and what retries are admitted by. Taking one sets a bit; nothing else is kept.
///
/// A case here and a `take` where the state changes are all that it needs to be told as reached, or as never reached.
public enum StateEdge: UInt8, CaseIterable, Sendable {
    case replicaCrashed, replicaRestarted
    case workerCrashed, workerPaused, workerResumed, workerCrashedAtRest, workerRestarted
    case nodeDied, nodeFenced, nodeBackInTime, nodeBack
    case leaderChanged, leaderLost, leaderFound
    case groupDisturbed, groupUnmoved, groupRebalancing, groupDisturbedAgain, groupRebalanced
    case admissionUsedUp, admissionFree

    /// Whose edge it is, and from which state to which.
    public var about: (machine: String, from: String, to: String) {
        switch self {
        case .replicaCrashed: ("replica", "up", "crashed")
        case .replicaRestarted: ("replica", "crashed", "up")
        case .workerCrashed: ("worker", "up", "crashed")
        case .workerPaused: ("worker", "up", "paused")
        case .workerResumed: ("worker", "paused", "up")
        case .workerCrashedAtRest: ("worker", "paused", "crashed")
        case .workerRestarted: ("worker", "crashed", "up")
        case .nodeDied: ("broker node", "up", "down")
        case .nodeFenced: ("broker node", "down", "fenced")
        case .nodeBackInTime: ("broker node", "down", "up")
        case .nodeBack: ("broker node", "fenced", "up")
        case .leaderChanged: ("partition", "led", "led by another replica")
        case .leaderLost: ("partition", "led", "without a leader")
        case .leaderFound: ("partition", "without a leader", "led")
        case .groupDisturbed: ("consumer group", "stable", "disturbed")
        case .groupUnmoved: ("consumer group", "disturbed", "stable")
        case .groupRebalancing: ("consumer group", "disturbed", "rebalancing")
        case .groupDisturbedAgain: ("consumer group", "rebalancing", "disturbed")
        case .groupRebalanced: ("consumer group", "rebalancing", "stable")
        case .admissionUsedUp: ("retry admission", "free", "waited for")
        case .admissionFree: ("retry admission", "waited for", "free")
        }
    }

    var bit: UInt64 { 1 &<< UInt64(rawValue) }

    public var name: String { "\(about.machine): \(about.from) to \(about.to)" }
}

extension Core {
    @inline(never)
    func take(_ edge: StateEdge) { state.pointee.edges |= edge.bit }
}
