// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleProviders
import GaleRandomness

/// The simulated host of a `Provider`: requests arrive over a link, are answered in order of arrival, and what the provider
/// took enters the ledger at that moment, whether or not the answer ever gets back.
final class ProviderHost: Component {
    struct State {
        var core: Core
        var provider: Provider
        var link: Link?
        var component: UInt32 = 0
        /// Requests on their way as events of their own.
        var inTransit = 0
        /// Arrival that was decided last.
        var latest = Instant.zero
        var id: UInt64
        /// Which fault has a slot of the provider's; -1: free.
        var faults: UnsafeMutablePointer<Int32>
        var decisions: UnsafeMutablePointer<Int64>
    }

    static let arrives: UInt32 = 0
    static let accepts: UInt32 = 1
    static let slots = 32

    let state: UnsafeMutablePointer<State>

    init(
        _ specification: ProviderSpecification, id: Int, core: Core, link: Link?, kernel: Kernel,
        decisions: UnsafeMutablePointer<Int64>
    ) {
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                core: core, provider: Provider(profile: specification.profile, index: id, draws: core.draws),
                link: link, id: UInt64(id),
                faults: .allocate(capacity: Self.slots), decisions: decisions))
        state.pointee.faults.initialize(repeating: -1, count: Self.slots)
        super.init(kernel: kernel, name: specification.name)
        state.pointee.component = index
    }

    var handle: ProviderHandle { ProviderHandle(state: state) }

    override func handle(_ event: Event) -> UInt64 {
        let index = UInt32(truncatingIfNeeded: event.payload)
        let core = state.pointee.core
        if event.kind == Self.accepts { return accept(index, stage: Int(event.payload >> 32)) }
        let identity = core.message(core.exchange(index).pointee.message).pointee.identity
        state.pointee.inTransit &-= 1
        _ = ProviderHandle(state: state).serve(index, at: event.time)
        return identity
    }

    /// It takes a message that has a copy under way.
    private func accept(_ index: UInt32, stage: Int) -> UInt64 {
        let core = state.pointee.core
        let message = core.message(index)
        let identity = message.pointee.identity
        core.deliver(index, message, at: core.now, expires: core.state.pointee.stages[stage].expiry(message))
        core.release(index)
        return identity
    }

    func begin(_ effect: ProviderFault, fault: Int) {
        // One that was never used, or whose last fault has left nothing behind, or at least has ended.
        let provider = state.pointee.provider
        let slot =
            (0..<Self.slots).first { state.pointee.faults[$0] < 0 } ?? (0..<Self.slots).first {
                provider.isFree(slot: $0)
            }
            ?? (0..<Self.slots).first { !provider.isInForce(slot: $0) }
        guard let slot else { preconditionFailure("a provider has at most \(Self.slots) faults at once") }
        state.pointee.faults[slot] = Int32(fault)
        state.pointee.provider.begin(effect, slot: slot, at: max(scheduler.now, state.pointee.latest))
    }

    func end(fault: Int) {
        guard let slot = (0..<Self.slots).first(where: { state.pointee.faults[$0] == Int32(fault) }) else { return }
        state.pointee.provider.end(slot: slot, at: max(scheduler.now, state.pointee.latest))
        // The slot keeps its fault's name: what the fault left in line still counts as its doing.
    }
}

/// A provider as a stage sees it.
struct ProviderHandle {
    let state: UnsafeMutablePointer<ProviderHost.State>

    /// Time that a request sent now takes to arrive, if the provider can decide at once what it will do then; nil otherwise
    /// (see `StoreHandle.straightTransit`).
    @inline(__always)
    var straightTransit: Interval? {
        guard let link = state.pointee.link else { return .zero }
        guard link.isStraight, state.pointee.inTransit == 0, state.pointee.core.state.pointee.looksAhead else {
            return nil
        }
        return link.straightTransit
    }

    /// Sends a request on its way as an event of its own; when its answer will be back, if that is certain already.
    func send(_ index: UInt32, stage: StageHandle) -> Instant? {
        let core = state.pointee.core
        guard let link = state.pointee.link else { return serve(index, at: core.now) }
        let exchange = core.exchange(index)
        let identity = core.message(exchange.pointee.message).pointee.identity
        let arrives = link.send(
            leaving: core.now, to: state.pointee.component, kind: ProviderHost.arrives, payload: UInt64(index),
            key: identity, leg: exchange.pointee.leg(answer: false))
        if arrives { state.pointee.inTransit &+= 1 } else { stage.neverAnswered(index) }
        return nil
    }

    /// A request arrives at `arrival` as an event of its own, or is decided ahead; its answer goes on its way.
    func serve(_ index: UInt32, at arrival: Instant) -> Instant? {
        let exchange = state.pointee.core.exchange(index)
        let stage = state.pointee.core.stage(of: exchange)
        let message = exchange.pointee.message
        let answer = take(
            message, state.pointee.core.message(message), attempt: exchange.pointee.ordinal, stage: stage, at: arrival)
        if answer.departs == .distantFuture {
            stage.neverAnswered(index)
            return nil
        }
        exchange.pointee.status = answer.response.status
        exchange.pointee.reason = answer.response.reason.rawValue
        exchange.pointee.milliseconds = AnswerWord.word(of: answer.response)
        let identity = state.pointee.core.message(exchange.pointee.message).pointee.identity
        return stage.answer(index, departs: answer.departs, link: state.pointee.link, key: identity)
    }

    /// A request for a message arrives at `arrival`: decides its answer and enters it in the books.
    @inline(__always)
    func take(
        _ index: UInt32, _ message: UnsafeMutablePointer<Message>, attempt: UInt16, stage: StageHandle,
        at arrival: Instant
    ) -> ProviderAnswer {
        let core = state.pointee.core
        core.move(message, to: .provider, at: arrival)
        state.pointee.latest = max(state.pointee.latest, arrival)
        let provider = state.pointee.provider
        let answer = provider.answer(
            ProviderRequest(
                recipient: provider.dependsOnRecipient ? core.recipient(of: message) : 0,
                key: message.pointee.identity, attempt: UInt32(attempt)),
            at: arrival)
        if answer.decisionsChangedBy != 0 { countFaults(answer.decisionsChangedBy) }
        if answer.accepted {
            if stage.state.pointee.isHedged {
                acceptLater(index, stage, at: answer.decided)
            } else {
                core.deliver(index, message, at: answer.decided, expires: stage.expiry(message))
            }
        }
        if answer.departs != .distantFuture {
            core.recorder.answer(
                provider: Int(state.pointee.id), status: answer.response.status,
                reason: answer.response.reason.rawValue, accepted: answer.accepted)
        }
        return answer
    }

    /// Of several copies under way the one that is taken first delivers, which need not be the one that came first.
    @inline(never)
    private func acceptLater(_ index: UInt32, _ stage: StageHandle, at decided: Instant) {
        let core = state.pointee.core
        guard decided <= core.state.pointee.end else { return }
        core.state.pointee.latestDelivery = max(core.state.pointee.latestDelivery, decided)
        core.retain(index)
        core.scheduler.schedule(
            at: decided, target: state.pointee.component, kind: ProviderHost.accepts,
            payload: stage.state.pointee.id &<< 32 | UInt64(index))
    }

    private func countFaults(_ bits: UInt32) {
        var left = bits
        while left != 0 {
            let fault = state.pointee.faults[left.trailingZeroBitCount]
            if fault >= 0 { state.pointee.decisions[Int(fault)] &+= 1 }
            left &= left &- 1
        }
    }
}
