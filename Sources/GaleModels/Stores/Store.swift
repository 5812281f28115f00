// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A key-value store like Redis: independent shards, each serving one operation after the other (Redis runs commands on
/// one thread; redis.io, "Diagnosing latency issues"), and an additional latency per call that does not occupy the shard.
///
/// An operation waits for those before it on its shard; what would wait longer than `maximumWait` is answered with an
/// error at once. So errors come from load, not from a coin; the profile's own error share is beside that.
final class Store: Component {
    struct State {
        var core: Core
        var latency: Distribution
        /// Time that one operation occupies its shard, in units of 2⁻²⁰ ns.
        var service: Int64
        var maximumWait: Int64
        var errorMicros: Int64
        var shards: UInt64
        /// When each shard is free again, in nanoseconds and 2⁻²⁰ fractions kept apart; the second half is the shadow
        /// without each fault.
        var free: UnsafeMutablePointer<ShardClock>
        var link: Link?
        var faultCount = 0
        var faults: UnsafeMutablePointer<StoreFault>
        var decisions: UnsafeMutablePointer<Int64>
        var component: UInt32 = 0
        /// Operations on their way as events of their own.
        var inTransit = 0
        var id: UInt64
        /// What it holds, by `StateKind`.
        var tables: UnsafeMutablePointer<StoreTable>
        /// By limit and window: policies that agree in both share one.
        var caps: [CapLog] = []
    }

    let state: UnsafeMutablePointer<State>

    /// An operation arrives.
    static let arrives: UInt32 = 0
    static let faultCapacity = 16

    init(
        _ specification: StoreSpecification, id: Int, core: Core, link: Link?, kernel: Kernel,
        decisions: UnsafeMutablePointer<Int64>
    ) {
        precondition(specification.maximumWait >= .zero, "a wait is not negative")
        let shards = max(1, specification.shards)
        let perShard = max(1, specification.capacityMicros / Int64(shards))
        let clocks = shards * (Self.faultCapacity + 1)
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                core: core, latency: Distribution(specification.latency),
                service: ShardClock.service(perSecondMicros: perShard),
                maximumWait: specification.maximumWait.nanoseconds, errorMicros: specification.errorMicros,
                shards: UInt64(shards), free: .allocate(capacity: clocks), link: link,
                faults: .allocate(capacity: Self.faultCapacity), decisions: decisions, id: UInt64(id),
                tables: .allocate(capacity: StateKind.allCases.count)))
        state.pointee.tables.initialize(repeating: StoreTable(), count: StateKind.allCases.count)
        state.pointee.free.initialize(repeating: ShardClock(), count: clocks)
        super.init(kernel: kernel, name: specification.name)
        state.pointee.component = index
    }

    deinit {
        for kind in StateKind.allCases { state.pointee.tables[Int(kind.rawValue)].deallocate() }
        state.pointee.tables.deallocate()
        for log in state.pointee.caps { log.deallocate() }
        state.pointee.caps = []
    }

    var handle: StoreHandle { StoreHandle(state: state) }

    override func handle(_ event: Event) -> UInt64 {
        let index = UInt32(truncatingIfNeeded: event.payload)
        let core = state.pointee.core
        let identity = core.message(core.exchange(index).pointee.message).pointee.identity
        state.pointee.inTransit &-= 1
        _ = StoreHandle(state: state).serve(index, at: event.time)
        return identity
    }
}

/// What a fault does to a store while it lasts.
struct StoreFault {
    var fault: Int
    var capacityFactorMicros: Int64
    var errorMicros: Int64
    var latencyFactorMicros: Int64
    var blackout: Bool
    /// Which block of shadow clocks is its own.
    var shadow: Int
}

/// When a server of constant rate is free again: virtual finishing time with 20 fractional bits, so that no rate drifts.
struct ShardClock: BitwiseCopyable {
    var nanoseconds: Int64 = 0
    var fraction: Int64 = 0

    /// Time per operation in units of 2⁻²⁰ ns; a rate in millionths per second.
    static func service(perSecondMicros: Int64) -> Int64 {
        let scaled = Int64(1 << 20).multipliedFullWidth(by: 1_000_000_000_000_000)
        // Rates below 0.13 per second would overflow; they are slower than any store.
        guard scaled.high < perSecondMicros else { return Int64.max >> 1 }
        return perSecondMicros.dividingFullWidth(scaled).quotient
    }

    /// Times of service from here on (an hour and more) are a store that serves nothing.
    static let standstill = Int64.max >> 1

    /// The work in line, at another speed from now on.
    mutating func rescale(at now: Int64, from old: Int64, to new: Int64) {
        guard old != new, old > 0, new < Self.standstill, nanoseconds > now else { return }
        let product = (nanoseconds &- now).multipliedFullWidth(by: new)
        guard product.high < old else { return }
        nanoseconds = now &+ min(old.dividingFullWidth(product).quotient, Int64.max >> 2)
    }

    /// Whether service would begin later than after so long, which is not negative.
    @inline(__always)
    func isBusy(at now: Int64, beyond wait: Int64) -> Bool { nanoseconds &- now > wait }

    /// Serves one operation; returns when it is done.
    @inline(__always)
    mutating func serve(at now: Int64, service: Int64) -> Int64 {
        // Selected rather than branched upon: whether a server is free when it is asked can't be guessed.
        let begin = max(nanoseconds, now)
        let sum = (begin == nanoseconds ? fraction : 0) &+ service & 0xF_FFFF
        nanoseconds = begin &+ service &>> 20 &+ sum &>> 20
        fraction = sum & 0xF_FFFF
        return nanoseconds
    }
}
