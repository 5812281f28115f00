// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A network path: latency each way, loss, and the faults in force on it. Requests and answers draw separately.
///
/// Without a fault and with constant latency a message costs one lane operation; otherwise one insert in the queue.
struct Link {
    struct State {
        var scheduler: Scheduler
        var draws: Draws
        var latency: Distribution
        var lossMicros: Int64
        /// Where constant latency goes as long as no fault is in force.
        var lane: Lane
        var isConstant: Bool
        var faultCount = 0
        var faults: UnsafeMutablePointer<LinkFault>
        var decisions: UnsafeMutablePointer<Int64>
        var id: UInt64
    }

    let state: UnsafeMutablePointer<State>

    static let faultCapacity = 64

    init(_ specification: LinkSpecification, id: Int, core: Core, decisions: UnsafeMutablePointer<Int64>) {
        var isConstant = false
        var lane = core.scheduler.lane(for: .zero)
        if case .constant(let nanoseconds) = specification.latency, specification.lossMicros == 0 {
            isConstant = true
            lane = core.scheduler.lane(for: Interval(nanoseconds: Int64(nanoseconds)))
        }
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                scheduler: core.scheduler, draws: core.draws, latency: Distribution(specification.latency),
                lossMicros: specification.lossMicros, lane: lane, isConstant: isConstant,
                faults: .allocate(capacity: Self.faultCapacity), decisions: decisions, id: UInt64(id)))
    }

    /// Whether what is sent now arrives after a constant time, in order, and without fail.
    @inline(__always)
    var isStraight: Bool { state.pointee.isConstant && state.pointee.faultCount == 0 }

    /// Time through a straight link.
    @inline(__always)
    var straightTransit: Interval { state.pointee.lane.delay }

    /// Sends an event through the link. `key` and `leg` name the draw.
    ///
    /// - Returns: false when the network loses it: nothing will arrive.
    @inline(__always)
    func send(
        leaving: Instant, to target: UInt32, kind: UInt32, payload: UInt64, key: UInt64, leg: UInt64
    ) -> Bool {
        if state.pointee.isConstant && state.pointee.faultCount == 0 && leaving == state.pointee.scheduler.now {
            state.pointee.scheduler.schedule(on: state.pointee.lane, target: target, kind: kind, payload: payload)
            return true
        }
        if isStraight {
            state.pointee.scheduler.schedule(
                at: leaving + straightTransit, target: target, kind: kind, payload: payload)
            return true
        }
        guard let latency = transit(key: key, leg: leg) else { return false }
        state.pointee.scheduler.schedule(at: leaving + latency, target: target, kind: kind, payload: payload)
        return true
    }

    /// Time through the link, or nil when it is lost, with the faults in force. Each fault is evaluated at the same
    /// draw with and without it, and counts when that makes a difference.
    func transit(key: UInt64, leg: UInt64) -> Interval? {
        if isStraight { return straightTransit }
        let base = state.pointee.latency.time(
            state.pointee.draws.uniform(.linkLatency, key, leg &+ state.pointee.id &<< 32))
        let count = state.pointee.faultCount
        if count == 0 && state.pointee.lossMicros == 0 { return Interval(nanoseconds: base) }
        let draw = Int64(state.pointee.draws.uniform(.linkLoss, key, leg &+ state.pointee.id &<< 32).below(1_000_000))
        let outcome = transit(base, draw, without: -1)
        for index in 0..<count where transit(base, draw, without: index) != outcome {
            state.pointee.decisions[state.pointee.faults[index].fault] += 1
        }
        return outcome.map { Interval(nanoseconds: $0) }
    }

    private func transit(_ base: Int64, _ draw: Int64, without excluded: Int) -> Int64? {
        var latency = base
        var loss = state.pointee.lossMicros
        for index in 0..<state.pointee.faultCount where index != excluded {
            let fault = state.pointee.faults[index]
            if fault.partitioned { return nil }
            latency = latency.scaled(byMicros: fault.latencyFactorMicros) &+ fault.added
            loss += fault.lossMicros
        }
        return draw < loss ? nil : latency
    }

    func begin(_ fault: LinkFault) {
        precondition(state.pointee.faultCount < Self.faultCapacity)
        state.pointee.faults[state.pointee.faultCount] = fault
        state.pointee.faultCount += 1
    }

    func end(fault: Int) {
        let count = state.pointee.faultCount
        guard let index = (0..<count).first(where: { state.pointee.faults[$0].fault == fault }) else { return }
        for later in (index + 1)..<max(count, index + 1) {
            state.pointee.faults[later - 1] = state.pointee.faults[later]
        }
        state.pointee.faultCount -= 1
    }

    func deallocate() {
        state.pointee.faults.deallocate()
        state.deallocate()
    }
}

/// What a fault does to a link while it lasts.
struct LinkFault {
    /// Its place in the specification.
    var fault: Int
    var latencyFactorMicros: Int64
    /// Nanoseconds.
    var added: Int64
    var lossMicros: Int64
    var partitioned: Bool
}

extension Int64 {
    /// The longest time that a draw or a product of times may give: 36 years.
    static var longestTime: Int64 { 1 << 60 }

    /// This many times a factor in millionths, exactly, rounded down; at most `longestTime`.
    @inline(__always)
    func scaled(byMicros factor: Int64) -> Int64 {
        if factor == 1_000_000 { return self }
        let product = multipliedFullWidth(by: factor)
        guard product.high < 1 << 14 else { return Self.longestTime }
        return Swift.min(Int64(1_000_000).dividingFullWidth(product).quotient, Self.longestTime)
    }
}
