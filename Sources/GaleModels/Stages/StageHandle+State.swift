// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Look-ups and writes of every kind of state but idempotency keys, on the way to the store of their kind.
extension StageHandle {
    func lookUp(_ lookup: LookupID, _ work: Work, _ read: StateRead) {
        let job = work.job
        core.move(work.message, to: .store, at: core.now)
        let number = Int(state.pointee.stateStores[Int(read.kind.rawValue)])
        let store = core.state.pointee.stores[number]
        let lane = core.timeoutLane(read.timeout)
        let ordinal = UInt16(job.pointee.callAttempts)
        job.pointee.countLookUp()
        guard !state.pointee.takesDetours, let transit = store.straightTransit else {
            let exchange = newExchange(work, kind: .lookUp, target: number, ordinal: ordinal, token: lookup.rawValue)
            core.exchange(exchange).pointee.keep(read)
            let answered = store.send(exchange, stage: self)
            return armTimeout(exchange, lane, state.pointee.border == nil ? answered : nil)
        }
        let leg = Exchange.leg(kind: .lookUp, stage: state.pointee.id, ordinal: ordinal, answer: false)
        let answer = store.take(
            work.message.pointee.identity, shard: read.key, leg: leg, at: core.now + transit)
        job.pointee.token = lookup.rawValue
        job.pointee.value = Int64(read.kind.rawValue)
        job.pointee[.failed] = true
        if let answer, !answer.failed {
            job.pointee[.failed] = false
            job.pointee.value = store.read(
                read, of: work.message, stage: Int(state.pointee.id), at: answer.departs)
        }
        let isInTime = expect(work, .lookUp, sent: core.now, back: answer.map { $0.departs + transit }, within: lane)
        if !isInTime { job.pointee.value = Int64(read.kind.rawValue) }
    }

    func write(_ work: Work, _ write: StateWrite) {
        let number = Int(state.pointee.stateStores[Int(write.kind.rawValue)])
        let store = core.state.pointee.stores[number]
        // Writes of one message: told apart by their kind and by what was asked before.
        let ordinal = (UInt16(write.kind.rawValue) + 1) &<< 8 | UInt16(work.job.pointee.callAttempts)
        if state.pointee.takesDetours, strikes(.writesLost, work.message.pointee.identity, UInt64(ordinal)) != nil {
            return
        }
        guard let transit = store.straightTransit else {
            let exchange = newExchange(work, kind: .write, target: number, ordinal: ordinal, token: 0)
            core.exchange(exchange).pointee.keep(write)
            _ = store.send(exchange, stage: self)
            return
        }
        let leg = Exchange.leg(kind: .write, stage: state.pointee.id, ordinal: ordinal, answer: false)
        let answer = store.take(work.message.pointee.identity, shard: write.key, leg: leg, at: core.now + transit)
        if let answer, !answer.failed { store.apply(write, at: answer.departs) }
    }
}

extension StageHandle {
    /// A message is delivered once more.
    func noteRedelivery(_ message: UInt32) {
        state.pointee.redelivered &+= 1
        core.mark(.readAgain)
        state.pointee.redeliveries?.pointee.apply(
            .add(1), to: core.message(message).pointee.identity, lifetime: .max, at: 0)
    }

    /// How often the broker has delivered a message, this time included.
    @inline(__always)
    func deliveries(of message: UnsafeMutablePointer<Message>) -> UInt8 {
        guard let redeliveries = state.pointee.redeliveries else { return 1 }
        return UInt8(clamping: redeliveries.pointee.value(message.pointee.identity, at: 0) + 1)
    }
}

/// What a request about state asks for, and its answer.
struct StateRequest: BitwiseCopyable {
    var key: UInt64 = 0
    /// On the way there what is added or written, on the way back what the entry holds.
    var value: Int64 = 0
    /// Nanoseconds.
    var lifetime: Int64 = 0
    /// `StateKind`; idempotency keys, which are beside this, have 0.
    var kind: UInt8 = 0
    var change = Change.none

    enum Change: UInt8, BitwiseCopyable { case none, set, raise, add, remove }
}

extension Exchange {
    mutating func keep(_ read: StateRead) {
        request = StateRequest(
            key: read.key, value: Int64(read.adding), lifetime: read.lifetime.nanoseconds, kind: read.kind.rawValue)
    }

    mutating func keep(_ write: StateWrite) {
        request = StateRequest(key: write.key, lifetime: write.lifetime.nanoseconds, kind: write.kind.rawValue)
        switch write.change {
        case .set(let value): (request.change, request.value) = (.set, value)
        case .raise(let value): (request.change, request.value) = (.raise, value)
        case .add(let value): (request.change, request.value) = (.add, value)
        case .remove: request.change = .remove
        }
    }

    /// The request as it was; only for kinds other than idempotency keys.
    var read: StateRead {
        StateRead(
            kind: stateKind, key: request.key, timeout: .zero, adding: Int32(truncatingIfNeeded: request.value),
            lifetime: Interval(nanoseconds: request.lifetime))
    }

    var write: StateWrite {
        let change: StateChange =
            switch request.change {
            case .none, .remove: .remove
            case .set: .set(request.value)
            case .raise: .raise(request.value)
            case .add: .add(request.value)
            }
        return StateWrite(
            kind: stateKind, key: request.key, change, lifetime: Interval(nanoseconds: request.lifetime))
    }

    private var stateKind: StateKind { StateKind(rawValue: request.kind) ?? .deduplication }

    /// What the dispatcher hears when the look-up has ended.
    func lookupAnswer(timedOut: Bool) -> LookupAnswer {
        if timedOut || failed { return .failed }
        let value = request.kind == 0 ? Int64(status) : request.value
        return value == 0 ? .absent : .value(value)
    }
}

extension Job {
    /// What a look-up found, while its answer is on its way, in the place of a provider's answer. Where it has failed: the kind of
    /// state that it was for.
    @inline(__always)
    var value: Int64 {
        get { Int64(status) | Int64(reason) &<< 16 | Int64(bitPattern: UInt64(milliseconds)) &<< 32 }
        set {
            status = UInt16(truncatingIfNeeded: newValue)
            reason = UInt16(truncatingIfNeeded: newValue &>> 16)
            milliseconds = UInt32(truncatingIfNeeded: newValue &>> 32)
        }
    }

    @inline(__always)
    var lookupAnswer: LookupAnswer {
        if self[.timedOut] || self[.failed] { return .failed }
        let value = value
        return value == 0 ? .absent : .value(value)
    }
}
