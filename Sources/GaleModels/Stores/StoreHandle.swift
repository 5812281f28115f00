// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A store as other models see it.
struct StoreHandle {
    let state: UnsafeMutablePointer<Store.State>

    /// Time that an operation sent now takes to arrive, if the store can decide at once what it will do then: nil otherwise.
    ///
    /// Over a straight link operations arrive in the order in which they are sent, a constant time later. So the answer is
    /// certain when the operation leaves: two events and a record fewer, and the same outcome. (A fault of the store that
    /// begins within that constant time meets only what is sent after its beginning.)
    @inline(__always)
    var straightTransit: Interval? {
        guard let link = state.pointee.link else { return .zero }
        guard link.isStraight, state.pointee.inTransit == 0, state.pointee.core.state.pointee.looksAhead else {
            return nil
        }
        return link.straightTransit
    }

    /// What becomes of an operation that arrives at `arrival`: when the answer leaves, and whether it is an error; nil when
    /// there is none.
    @inline(__always)
    func take(_ identity: UInt64, leg: UInt64, at arrival: Instant) -> (departs: Instant, failed: Bool)? {
        take(identity, shard: identity, leg: leg, at: arrival)
    }

    /// The same for an operation on a key of its own, which has its own shard.
    @inline(__always)
    func take(
        _ identity: UInt64, shard key: UInt64, leg: UInt64, at arrival: Instant
    ) -> (departs: Instant, failed: Bool)? {
        guard let answer = answer(identity, shard: key, leg: leg, at: arrival) else { return nil }
        state.pointee.core.recorder.storeCall(Int(state.pointee.id), failed: answer.failed)
        return answer
    }

    /// Sends an operation on its way as an event of its own; when its answer will be back, if that is certain already.
    func send(_ index: UInt32, stage: StageHandle) -> Instant? {
        let core = state.pointee.core
        guard let link = state.pointee.link else { return serve(index, at: core.now) }
        let exchange = core.exchange(index)
        let identity = core.message(exchange.pointee.message).pointee.identity
        let arrives = link.send(
            leaving: core.now, to: state.pointee.component, kind: Store.arrives, payload: UInt64(index),
            key: identity, leg: exchange.pointee.leg(answer: false))
        if arrives { state.pointee.inTransit &+= 1 } else { stage.neverAnswered(index) }
        return nil
    }

    /// Writes a message's idempotency key; nobody waits for an answer.
    @inline(__always)
    func write(_ work: Work, stage: StageHandle) {
        guard let transit = straightTransit else {
            let exchange = stage.newExchange(work, kind: .write, target: Int(state.pointee.id), ordinal: 0, token: 0)
            _ = send(exchange, stage: stage)
            return
        }
        let leg = Exchange.leg(kind: .write, stage: stage.state.pointee.id, ordinal: 0, answer: false)
        let arrival = state.pointee.core.now + transit
        if let answer = take(work.message.pointee.identity, leg: leg, at: arrival), !answer.failed {
            work.message.pointee.seenMilliseconds = Self.milliseconds(answer.departs)
        }
    }

    /// An operation arrives at `arrival`: decides its answer, and sends that on its way.
    func serve(_ index: UInt32, at arrival: Instant) -> Instant? {
        let core = state.pointee.core
        let exchange = core.exchange(index)
        let message = core.message(exchange.pointee.message)
        let identity = message.pointee.identity
        let stage = core.stage(of: exchange)
        let key = exchange.pointee.request.kind == 0 ? identity : exchange.pointee.request.key
        let leg = exchange.pointee.leg(answer: false)
        guard let (departs, failed) = take(identity, shard: key, leg: leg, at: arrival) else {
            stage.neverAnswered(index)
            return nil
        }
        exchange.pointee.failed = failed
        if !failed { apply(exchange, message, at: departs) }
        if exchange.pointee.kind == .write {
            let held = exchange.pointee.message
            core.state.pointee.exchanges.free(index)
            core.release(held)
            return nil
        }
        return stage.answer(index, departs: departs, link: state.pointee.link, key: identity)
    }

    @inline(__always)
    static func milliseconds(_ instant: Instant) -> UInt32 {
        UInt32(truncatingIfNeeded: instant.nanoseconds / 1_000_000) &+ 1
    }

    /// Whether a message's key was written within the window, milliseconds.
    @inline(__always)
    static func knows(_ message: UnsafeMutablePointer<Message>, at instant: Instant, window: UInt32) -> Bool {
        let seen = message.pointee.seenMilliseconds
        return seen != 0 && milliseconds(instant) &- seen <= window
    }

    /// The effect on the store's contents.
    @inline(__always)
    private func apply(
        _ exchange: UnsafeMutablePointer<Exchange>, _ message: UnsafeMutablePointer<Message>, at instant: Instant
    ) {
        if exchange.pointee.request.kind != 0 {
            if exchange.pointee.kind == .write {
                apply(exchange.pointee.write, at: instant)
            } else {
                exchange.pointee.request.value = read(
                    exchange.pointee.read, of: message, stage: Int(exchange.pointee.stage), at: instant)
            }
            return
        }
        switch exchange.pointee.kind {
        case .write: message.pointee.seenMilliseconds = Self.milliseconds(instant)
        case .lookUp:
            let isKnown = Self.knows(message, at: instant, window: exchange.pointee.milliseconds)
            exchange.pointee.status = isKnown ? 1 : 0
        case .call, .attempt: break
        }
    }

    /// When the answer leaves and whether it is an error; nil: never (blackout).
    private func answer(
        _ identity: UInt64, shard key: UInt64, leg: UInt64, at arrival: Instant
    ) -> (Instant, failed: Bool)? {
        let draws = state.pointee.core.draws
        let (now, part) = (arrival.nanoseconds, leg &+ state.pointee.id &<< 32)
        let shard = Int(draws.uniform(.storeShard, key, state.pointee.id).below(state.pointee.shards))
        let latency = state.pointee.latency.time(draws.uniform(.storeLatency, identity, part))
        if state.pointee.errorMicros | Int64(state.pointee.faultCount) > 0 {
            let errorDraw = Int64(draws.uniform(.storeError, identity, part).below(1_000_000))
            if state.pointee.faultCount > 0 { return answerWithFaults(shard, now, errorDraw, latency) }
            if errorDraw < state.pointee.errorMicros { return (Instant(nanoseconds: now &+ latency), true) }
        }
        let clock = state.pointee.free + shard
        if clock.pointee.isBusy(at: now, beyond: state.pointee.maximumWait) {
            return (Instant(nanoseconds: now &+ latency), true)
        }
        let done = clock.pointee.serve(at: now, service: state.pointee.service)
        return (Instant(nanoseconds: done &+ latency), false)
    }
}

extension StoreHandle {
    /// The same with faults in force: decided once with all of them, and once without each, at the same draws.
    private func answerWithFaults(
        _ shard: Int, _ now: Int64, _ errorDraw: Int64, _ latency: Int64
    ) -> (Instant, failed: Bool)? {
        let all = decide(shard, now, errorDraw, latency, without: -1)
        for index in 0..<state.pointee.faultCount {
            let fault = state.pointee.faults[index]
            let other = decide(shard, now, errorDraw, latency, without: index)
            if other.kind != all.kind || abs(other.departs - all.departs) > max(latency / 10, 1_000) {
                state.pointee.decisions[fault.fault] += 1
            }
        }
        if all.kind == .never { return nil }
        return (Instant(nanoseconds: all.departs), all.kind == .error)
    }

    private enum AnswerKind { case served, error, never }

    private func decide(
        _ shard: Int, _ now: Int64, _ errorDraw: Int64, _ latency: Int64, without excluded: Int
    ) -> (kind: AnswerKind, departs: Int64) {
        var (latency, service, errors) = (latency, state.pointee.service, state.pointee.errorMicros)
        for index in 0..<state.pointee.faultCount where index != excluded {
            let fault = state.pointee.faults[index]
            if fault.blackout { return (.never, 0) }
            latency = latency.scaled(byMicros: fault.latencyFactorMicros)
            service = service.dividedBy(micros: fault.capacityFactorMicros)
            errors += fault.errorMicros
        }
        let block = excluded < 0 ? 0 : state.pointee.faults[excluded].shadow
        let clock = state.pointee.free + (block &* Int(state.pointee.shards) &+ shard)
        if service >= ShardClock.standstill || clock.pointee.isBusy(at: now, beyond: state.pointee.maximumWait)
            || errorDraw < errors
        {
            return (.error, now &+ latency)
        }
        return (.served, clock.pointee.serve(at: now, service: service) &+ latency)
    }

    func begin(_ effect: StoreFault) {
        precondition(state.pointee.faultCount < Store.faultCapacity)
        var fault = effect
        let used = (0..<state.pointee.faultCount).map { state.pointee.faults[$0].shadow }
        fault.shadow = (1...Store.faultCapacity).first { !used.contains($0) } ?? 1
        let shards = Int(state.pointee.shards)
        // The shadow begins as the shard is, and goes on as if this fault did not exist.
        for shard in 0..<shards { state.pointee.free[fault.shadow * shards + shard] = state.pointee.free[shard] }
        let before = services
        state.pointee.faults[state.pointee.faultCount] = fault
        state.pointee.faultCount += 1
        rescale(from: before + [before[0]])
    }

    /// Time that one operation takes: with every fault in force, and without each of them in turn.
    private var services: [Int64] { (-1..<state.pointee.faultCount).map { service(without: $0) } }

    private func service(without excluded: Int) -> Int64 {
        var service = state.pointee.service
        for index in 0..<state.pointee.faultCount where index != excluded {
            service = service.dividedBy(micros: state.pointee.faults[index].capacityFactorMicros)
        }
        return service
    }

    /// What is in line goes on at the new speed, in every course of events.
    private func rescale(from before: [Int64]) {
        let shards = Int(state.pointee.shards)
        for (place, service) in services.enumerated() {
            let block = place == 0 ? 0 : state.pointee.faults[place - 1].shadow
            for shard in 0..<shards {
                state.pointee.free[block * shards + shard].rescale(
                    at: state.pointee.core.now.nanoseconds, from: before[place], to: service)
            }
        }
    }

    func end(fault: Int) {
        let count = state.pointee.faultCount
        guard let index = (0..<count).first(where: { state.pointee.faults[$0].fault == fault }) else { return }
        var before = services
        before.remove(at: index + 1)
        for later in (index + 1)..<max(count, index + 1) {
            state.pointee.faults[later - 1] = state.pointee.faults[later]
        }
        state.pointee.faultCount -= 1
        rescale(from: before)
    }
}

extension Int64 {
    /// This divided by a factor in millionths; 0 gives a time beyond any run.
    func dividedBy(micros factor: Int64) -> Int64 {
        if factor == 1_000_000 { return self }
        guard factor > 0 else { return Int64.max >> 1 }
        let scaled = multipliedFullWidth(by: 1_000_000)
        guard scaled.high < factor else { return Int64.max >> 1 }
        return factor.dividingFullWidth(scaled).quotient
    }
}
