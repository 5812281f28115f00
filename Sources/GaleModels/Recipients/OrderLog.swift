// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Whether recipients get what ordered workloads send them in the order in which it was meant to be sent: of each, the latest
/// notification that a provider has taken. Only first deliveries count: a duplicate comes after its original.
final class OrderLog {
    /// By workload.
    private let isOrdered: [Bool]
    /// Identity of the latest by recipient and workload; looked up, never walked.
    private var latest: [Key: UInt64] = [:]
    /// Deliveries after that of a later notification of the same recipient and workload.
    private(set) var misordered: Int64 = 0

    private struct Key: Hashable {
        var recipient: UInt64
        var workload: UInt8
    }

    /// nil: no workload is ordered.
    init?(_ workloads: [WorkloadSpecification]) {
        isOrdered = workloads.map(\.isOrdered)
        if !isOrdered.contains(true) { return nil }
    }

    func note(_ message: UnsafeMutablePointer<Message>, core: Core) {
        let workload = message.pointee.workload
        guard isOrdered[Int(workload)] else { return }
        let key = Key(recipient: core.recipient(of: message), workload: workload)
        let identity = message.pointee.identity
        if let latest = latest[key], latest > identity {
            misordered += 1
        } else {
            latest[key] = identity
        }
    }
}
