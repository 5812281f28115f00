// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What suppression, consent and order keep for a chain, beside its record.
struct SafetyNote: BitwiseCopyable {
    var recipient: UInt64
    /// When the recipient's address was registered, nanoseconds.
    var registered: Int64
    /// The recipient's other chains.
    var next: UInt32 = HashIndex.none
    var previous: UInt32 = HashIndex.none
    /// Strikes that were known when the channel was looked up.
    var strikes: UInt16 = 0
    /// It has not been settled or requeued.
    var isLive = true
    /// It is the one of its key that is under way.
    var isInTurn = false
    /// It waited for its turn and has not begun.
    var isNew = false
    /// The recipient objects to the channel it is on.
    var isRevoked = false
    /// The recipient objects to every channel.
    var isBarred = false

    init(recipient: UInt64, registered: Int64) {
        self.recipient = recipient
        self.registered = registered
    }
}

/// The state of suppression, consent and order: there only where the policy asks for one of them.
struct Safety {
    let suppression: SuppressionPolicy?
    /// By provider.
    let permanence: UnsafeMutablePointer<PermanenceGuard>?
    let providerCount: Int
    /// Whether chains are found by their recipient.
    let isIndexed: Bool
    let isOrdered: Bool
    var notes = ChainPages(blank: SafetyNote(recipient: 0, registered: .min))
    /// From recipient to one of its chains.
    var recipients = HashIndex()
    let order: UnsafeMutablePointer<KeyedOrder>
    /// Keys of which the one under way has ended.
    let finished: Ring<UInt64>

    static func isNeeded(by policy: Policy) -> Bool {
        policy.suppression != nil || policy.consent != nil || policy.order == .key
    }

    init(_ policy: Policy, providerCount: Int) {
        suppression = policy.suppression
        self.providerCount = providerCount
        isIndexed = policy.consent != nil
        isOrdered = policy.order == .key
        permanence = policy.suppression.map { rules in
            let guards = UnsafeMutablePointer<PermanenceGuard>.allocate(capacity: providerCount)
            for index in 0..<providerCount { (guards + index).initialize(to: PermanenceGuard(rules)) }
            return guards
        }
        order = .allocate(capacity: 1)
        order.initialize(to: KeyedOrder())
        finished = Ring()
    }

    func deallocate() {
        if let permanence {
            for index in 0..<providerCount { permanence[index].deallocate() }
            permanence.deallocate()
        }
        notes.deallocate()
        recipients.deallocate()
        order.deinitialize(count: 1)
        order.deallocate()
        finished.deallocate()
    }

    mutating func open(_ slot: UInt32, _ notification: Notification) {
        notes[slot].pointee = SafetyNote(
            recipient: notification.recipient, registered: notification.registered.nanoseconds)
        guard isIndexed else { return }
        let head = recipients[notification.recipient]
        notes[slot].pointee.next = head
        if head != HashIndex.none { notes[head].pointee.previous = slot }
        recipients.set(notification.recipient, slot)
    }

    /// A chain was settled or requeued; its record may live on in a queue.
    mutating func end(_ slot: UInt32) {
        let note = notes[slot]
        guard note.pointee.isLive else { return }
        note.pointee.isLive = false
        if note.pointee.isInTurn { finished.append(note.pointee.recipient) }
        guard isIndexed else { return }
        if note.pointee.next != HashIndex.none { notes[note.pointee.next].pointee.previous = note.pointee.previous }
        if note.pointee.previous != HashIndex.none {
            notes[note.pointee.previous].pointee.next = note.pointee.next
        } else if note.pointee.next != HashIndex.none {
            recipients.set(note.pointee.recipient, note.pointee.next)
        } else {
            recipients.remove(note.pointee.recipient)
        }
    }
}
