// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Whether recipients get what ordered workloads send them in the order in which it was meant to be sent: of each, the latest
/// notification that a provider has taken, by the time at which it took it. Only first deliveries count: a duplicate comes after its original.
final class OrderLog {
    /// By workload.
    private let isOrdered: [Bool]
    private let names: [String]
    /// Of what is taken, the latest by recipient and workload; looked up, never walked.
    private var latest: [Key: Taken] = [:]
    /// Deliveries after that of a later notification of the same recipient and workload. Where a provider takes two in the
    /// other order than their answers are known, only the latest is compared with.
    private(set) var misordered: Int64 = 0
    /// Identities of the first two, by intended send time.
    private(set) var first: (earlier: UInt64, later: UInt64)?
    /// By workload: how long a provider may take to decide for the pipeline to be answerable for the order; nil: it promises none.
    private let promised: [Interval?]

    private struct Key: Hashable {
        var recipient: UInt64
        var workload: UInt8
    }

    private struct Taken {
        var intended: Int64
        var identity: UInt64
        var at: Instant
        /// It was decided so late that the pipeline may have given the attempt up, or the pipeline had given it up before.
        var isExempt: Bool
    }

    /// nil: no workload is ordered.
    init?(_ specification: WorldSpecification) {
        isOrdered = specification.workloads.map(\.isOrdered)
        names = specification.workloads.map(\.name)
        promised = specification.workloads.indices.map { specification.promisedOrder(workload: $0) }
        if !isOrdered.contains(true) { return nil }
    }

    /// A provider takes a notification at an instant, which need not be the present one.
    ///
    /// - Parameter isFirstWord: it had not been given up before. What was shed, say, and is read again after a crash may be sent then,
    ///   after later ones: nobody has promised otherwise.
    func note(_ message: UnsafeMutablePointer<Message>, at instant: Instant, isFirstWord: Bool, core: Core) {
        let workload = message.pointee.workload
        guard isOrdered[Int(workload)] else { return }
        let key = Key(recipient: core.recipient(of: message), workload: workload)
        let promised = promised[Int(workload)]
        let one = Taken(
            intended: message.pointee.intended, identity: message.pointee.identity, at: instant,
            isExempt: promised.map { instant - core.now >= $0 || !isFirstWord } ?? true)
        guard let other = latest[key] else { return latest[key] = one }
        let isLater = (one.intended, one.identity) > (other.intended, other.identity)
        if isLater ? one.at < other.at : one.at > other.at {
            misordered += 1
            if misordered == 1 {
                first = isLater ? (other.identity, one.identity) : (one.identity, other.identity)
            }
            if !one.isExempt && !other.isExempt { noteBroken(isLater ? other : one, isLater ? one : other, core) }
        }
        if isLater { latest[key] = one }
    }

    /// A provider takes it once more, by an attempt that was made later and may be decided sooner: the earliest counts.
    func noteAgain(_ message: UnsafeMutablePointer<Message>, at instant: Instant, core: Core) {
        let workload = message.pointee.workload
        guard isOrdered[Int(workload)] else { return }
        let key = Key(recipient: core.recipient(of: message), workload: workload)
        guard var one = latest[key], one.identity == message.pointee.identity, instant < one.at else { return }
        one.at = instant
        latest[key] = one
    }

    private func noteBroken(_ earlier: Taken, _ later: Taken, _ core: Core) {
        core.state.pointee.violations?.takeUnretainedValue().note(
            .order, message: earlier.identity, other: later.identity, at: core.now,
            key: "workload \(names[Int(earlier.identity >> 56)])",
            cause: "taken \((earlier.at - later.at).inWords) after a later one of the same recipient")
    }
}

extension WorldSpecification {
    private static let promptly = Interval.milliseconds(250)

    /// Whether a workload's notifications come in their recipients' order: it is ordered, and Kafka's idempotent producers hand it
    /// straight to a stage whose policy keeps the order and lets nothing out of its place.
    ///
    /// - Returns: how soon a provider must decide for that: what it takes in later may come after the pipeline has given the attempt
    ///   up, or another consumer has begun anew. nil: no.
    func promisedOrder(workload: Int) -> Interval? {
        let topic = workloads[workload].topic
        guard workloads[workload].isOrdered, case .kafka(let profile) = brokers[topics[topic].broker].kind,
            profile.acks == .all, profile.idempotence, let stage = stages.first(where: { $0.topic == topic }),
            case .deliver(let number)? = stage.steps.first, stage.steps.count == 1
        else { return nil }
        let policy = policies[number].policy
        guard policy.order == .key, policy.waiting != .retryTopic, policy.retry.hedging == nil else { return nil }
        return min(Self.promptly, Interval(nanoseconds: policy.timeout.nanoseconds / 2))
    }
}
