// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import Testing

@Suite("TieBreak")
struct TieBreakTests {
    /// The order in which 200 events at each of three instants are handled, scheduled by queue, timer and lane in turn.
    private func order(_ tieBreak: TieBreak) -> [UInt64] {
        var options = KernelOptions()
        options.tieBreak = tieBreak
        let kernel = Kernel(options: options)
        let recorder = Recorder(kernel: kernel, name: "recorder")
        let scheduler = kernel.scheduler
        for time in [30, 10, 20] as [Int64] {
            let lane = scheduler.lane(for: .nanoseconds(time))
            for number in 0..<200 as Range<UInt64> {
                let payload = UInt64(time) * 1000 + number
                let instant = Instant(nanoseconds: time)
                switch number % 3 {
                case 0: scheduler.schedule(at: instant, target: 0, kind: 0, payload: payload)
                case 1: _ = scheduler.scheduleCancellable(at: instant, target: 0, kind: 0, payload: payload)
                default: scheduler.schedule(on: lane, target: 0, kind: 0, payload: payload)
                }
            }
        }
        #expect(kernel.run(until: Instant(nanoseconds: 100)) == .idle)
        return recorder.payloads
    }

    @Test("first in, first out: ties are handled in order of scheduling")
    func fifo() {
        let order = order(.fifo)
        #expect(order == order.sorted())
        #expect(order.count == 600)
    }

    @Test("a key permutes ties, always in the same way, and leaves the order of time alone")
    func permuted() {
        let fifo = order(.fifo)
        for key in 0..<8 as Range<UInt64> {
            let permuted = order(.permuted(key: key))
            #expect(permuted == order(.permuted(key: key)))
            #expect(permuted.sorted() == fifo)
            #expect(permuted.map { $0 / 1000 } == fifo.map { $0 / 1000 })
            #expect(permuted != fifo)
        }
    }

    @Test("different keys give different permutations, and each of two events comes first about as often")
    func keysDiffer() {
        let orders = (0..<32 as Range<UInt64>).map { order(.permuted(key: $0)) }
        #expect(Set(orders).count == 32)
        let firsts = orders.filter { $0.firstIndex(of: 10_001)! < $0.firstIndex(of: 10_002)! }.count
        #expect(firsts > 5 && firsts < 27)
    }

    @Test("a permuted timer can be cancelled like any other")
    func cancel() {
        var options = KernelOptions()
        options.tieBreak = .permuted(key: 9)
        let kernel = Kernel(options: options)
        let recorder = Recorder(kernel: kernel, name: "recorder")
        let lane = kernel.scheduler.lane(for: .nanoseconds(4))
        let timers = (0..<100 as Range<UInt64>).map {
            kernel.scheduler.schedule(on: lane, target: 0, kind: 0, payload: $0)
        }
        for timer in timers.prefix(99) { #expect(kernel.scheduler.cancel(timer)) }
        #expect(kernel.run(until: Instant(nanoseconds: 9)) == .idle)
        #expect(recorder.payloads == [99])
        #expect(!kernel.scheduler.cancel(timers[99]))
    }
}
