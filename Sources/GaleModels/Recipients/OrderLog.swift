// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Whether recipients get what ordered workloads send them in the order in which it was meant to be sent: of each, the latest
/// notification that a provider has taken, by the time at which it took it. Only first deliveries count: a duplicate comes after its original.
final class OrderLog {
    /// By workload.
    private let isOrdered: [Bool]
    /// Of what is taken, the latest by recipient and workload; looked up, never walked.
    private var latest: [Key: Taken] = [:]
    /// Deliveries after that of a later notification of the same recipient and workload. Where a provider takes two in the
    /// other order than their answers are known, only the latest is compared with.
    private(set) var misordered: Int64 = 0

    private struct Key: Hashable {
        var recipient: UInt64
        var workload: UInt8
    }

    private struct Taken {
        var intended: Int64
        var identity: UInt64
        var at: Instant
    }

    /// nil: no workload is ordered.
    init?(_ workloads: [WorkloadSpecification]) {
        isOrdered = workloads.map(\.isOrdered)
        if !isOrdered.contains(true) { return nil }
    }

    /// A provider takes a notification at an instant, which need not be the present one.
    func note(_ message: UnsafeMutablePointer<Message>, at instant: Instant, core: Core) {
        let workload = message.pointee.workload
        guard isOrdered[Int(workload)] else { return }
        let key = Key(recipient: core.recipient(of: message), workload: workload)
        let one = Taken(intended: message.pointee.intended, identity: message.pointee.identity, at: instant)
        guard let other = latest[key] else { return latest[key] = one }
        let isLater = (one.intended, one.identity) > (other.intended, other.identity)
        if isLater ? one.at < other.at : one.at > other.at { misordered += 1 }
        if isLater { latest[key] = one }
    }
}
