// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Where the host tells its `DeliveryAudit`, and looks itself at what needs no memory.
extension StageHandle {
    /// Whether a dispatcher may still act for a job: it was handed over, and has not ended there.
    @inline(__always)
    func isOpen(_ job: UnsafeMutablePointer<Job>, _ reference: UInt64) -> Bool {
        job.pointee.generation == UInt32(truncatingIfNeeded: reference &>> 32) && job.pointee[.delivering]
    }

    /// A dispatcher acts for what has ended: the action is not carried out.
    @inline(never)
    func refuseAfterEnd(_ reference: UInt64, _ key: UInt64?, _ what: String) {
        guard let log = core.state.pointee.violations?.takeUnretainedValue() else { return }
        let job = job(UInt32(truncatingIfNeeded: reference))
        let isSame = job.pointee.generation == UInt32(truncatingIfNeeded: reference &>> 32)
        log.note(
            .settlement, message: key ?? (isSame ? core.message(job.pointee.message).pointee.identity : nil),
            at: core.now, key: "stage \(stageName): \(what)", cause: "\(what) although it had ended at \(stageName)")
    }

    private var stageName: String { state.pointee.name }

    /// Where it matters how long notifications wait.
    var waitsAudit: DeliveryAudit? { state.pointee.waitsAudit?.takeUnretainedValue() }

    /// An attempt leaves for what has expired.
    @inline(never)
    func noteExpired(_ message: UnsafeMutablePointer<Message>) {
        guard let log = core.state.pointee.violations?.takeUnretainedValue() else { return }
        let late = core.now - expiry(message)
        log.note(
            .timeToLive, message: message.pointee.identity, at: core.now, key: "stage \(stageName)",
            cause: "sent by \(stageName) \(late.inWords) after it had expired")
    }

    /// An attempt leaves.
    @inline(never)
    func auditSend(_ audit: DeliveryAudit, _ work: Work, _ reference: UInt64, _ provider: Int, _ channel: Channel) {
        let now = core.now.nanoseconds
        let isFirst =
            !core.state.pointee.hasRetryTopics
            && audit.isCountedFirst(
                Job.audited(work.job), replica: Int(work.job.pointee.replica), provider: provider, channel: channel,
                at: now)
        if !isFirst {
            audit.sent(auditedSend(audit, work, reference, provider, channel), Job.audited(work.job), at: now)
        }
    }

    private func auditedSend(
        _ audit: DeliveryAudit, _ work: Work, _ reference: UInt64, _ provider: Int, _ channel: Channel
    ) -> DeliveryAudit.Send {
        let message = work.message
        var send = DeliveryAudit.Send(
            message: message.pointee.identity, replica: Int(work.job.pointee.replica), provider: provider,
            channel: channel)
        if core.state.pointee.hasRetryTopics {
            // Attempts so far, in the low eight bits of what its header brought.
            let header = core.state.pointee.retryHeaders[work.job.pointee.message].pointee.attempts
            send.isRequeued = header & 0xFF != 0
        }
        send.way = Self.way(of: message)
        guard audit.readsRecipient else { return send }
        let traits = traits(of: message)
        (send.tenant, send.priority, send.zone) = (traits.tenant, traits.priority, traits.zone)
        send.isObjectedTo =
            audit.sparesObjectors && isObjected(message, recipient: traits.recipient, channel)
        return send
    }

    /// Kinds of notifications that wait in lines of their own.
    private static func way(of message: UnsafeMutablePointer<Message>) -> UInt8 {
        message.pointee.channel &<< 2 | message.pointee.platform
    }

    private func traits(of message: UnsafeMutablePointer<Message>) -> Notification {
        var notification = Notification(
            reference: 0, key: message.pointee.identity, recipient: 0, tenant: core.tenant(of: message),
            channel: Channel(rawValue: message.pointee.channel) ?? .push, platform: .none,
            created: Instant(nanoseconds: message.pointee.intended), expires: expiry(message))
        core.describe(message, &notification)
        return notification
    }

    /// Whether a recipient objects to a channel now, and this stage has been told.
    private func isObjected(
        _ message: UnsafeMutablePointer<Message>, recipient: UInt64, _ channel: Channel
    ) -> Bool {
        core.state.pointee.objections.contains {
            UInt64($0.stage) == state.pointee.id && ($0.channel ?? channel) == channel
                && $0.isOf(recipient, core.draws)
        }
    }

    /// The dispatcher is told how an attempt ended.
    @inline(__always)
    func auditAnswer(_ audit: DeliveryAudit, _ work: Work, _ provider: Int?, _ response: ProviderResponse) {
        if !audit.ignores(response) { tellAnswer(audit, work, provider, response) }
    }

    @inline(never)
    private func tellAnswer(_ audit: DeliveryAudit, _ work: Work, _ provider: Int?, _ response: ProviderResponse) {
        audit.answered(
            Job.audited(work.job), replica: Int(work.job.pointee.replica),
            provider: provider, tenant: audit.readsRecipient ? core.tenant(of: work.message) : 0, response,
            at: core.now.nanoseconds)
    }

    /// A notification waits, with its slot or without.
    @inline(__always)
    func auditWait(_ audit: DeliveryAudit, _ reference: UInt64, _ reason: WaitReason) {
        if audit.hears(of: reason) { tellWait(audit, reference, reason) }
    }

    @inline(never)
    private func tellWait(_ audit: DeliveryAudit, _ reference: UInt64, _ reason: WaitReason) {
        let work = work(UInt32(truncatingIfNeeded: reference))
        // Described only for whom it matters.
        let traits = audit.watchesWaits ? traits(of: work.message) : nil
        audit.waits(
            Job.audited(work.job), message: work.message.pointee.identity,
            replica: Int(work.job.pointee.replica), way: Self.way(of: work.message),
            priority: traits?.priority ?? .normal, tenant: traits?.tenant ?? 0, reason, at: core.now.nanoseconds)
    }

    @inline(never)
    func auditAcquisition(_ audit: DeliveryAudit, _ reference: UInt64) {
        let work = work(UInt32(truncatingIfNeeded: reference))
        audit.acquires(auditedSend(audit, work, reference, 0, .push), Job.audited(work.job), at: core.now.nanoseconds)
    }

    @inline(never)
    func auditEnd(_ audit: DeliveryAudit, _ work: Work) {
        let traits = traits(of: work.message)
        audit.ended(
            Job.audited(work.job), replica: Int(work.job.pointee.replica),
            way: Self.way(of: work.message), priority: traits.priority, tenant: traits.tenant)
    }
}
