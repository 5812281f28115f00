// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import Testing

@Suite("Pending events")
struct PendingTests {
    private func shown(_ kernel: Kernel) -> [UInt64] {
        var found: [UInt64] = []
        kernel.forEachPending { found.append($0.payload) }
        return found.sorted()
    }

    @Test(
        "each event is shown that is neither handled nor cancelled, wherever it waits, and the run goes on as if nobody had looked",
        arguments: [TieBreak.fifo, .permuted(key: 7)])
    func pending(_ tieBreak: TieBreak) {
        func run(looks: Bool) -> [UInt64] {
            var options = KernelOptions()
            options.tieBreak = tieBreak
            let kernel = Kernel(options: options)
            let recorder = Recorder(kernel: kernel, name: "recorder")
            let lanes = [7, 400_000].map { kernel.scheduler.lane(for: .nanoseconds($0)) }
            var expected: [UInt64] = []
            for payload in 0..<3_000 as Range<UInt64> {
                let time = Instant(nanoseconds: Int64(payload * 7_919 % 1_000_000))
                switch payload % 4 {
                case 0: kernel.scheduler.schedule(at: time, target: recorder.index, kind: 3, payload: payload)
                case 1:
                    kernel.scheduler.schedule(
                        on: lanes[Int(payload / 4 % 2)], target: recorder.index, kind: 3, payload: payload)
                default:
                    let timer = kernel.scheduler.scheduleCancellable(
                        at: time, target: recorder.index, kind: 3, payload: payload)
                    if payload % 4 == 3 { _ = kernel.scheduler.cancel(timer) }
                }
                if payload % 4 != 3 { expected.append(payload) }
            }
            if looks { #expect(shown(kernel) == expected) }
            _ = kernel.run(until: Instant(nanoseconds: 300_000))
            let handled = Set(recorder.payloads)
            if looks {
                #expect(!handled.isEmpty && handled.count < expected.count)
                #expect(shown(kernel) == expected.filter { !handled.contains($0) })
                #expect(kernel.pending == expected.count - handled.count)
            }
            _ = kernel.run(until: Instant(nanoseconds: 2_000_000))
            if looks { #expect(shown(kernel) == []) }
            return recorder.payloads
        }
        #expect(run(looks: true) == run(looks: false))
    }
}
