// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import Testing

@Suite("Kernel")
struct KernelTests {
    private func instant(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

    @Test("events are handled in order of time, whatever the order of scheduling")
    func orderOfTime() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        for time in [50, 10, 40, 20, 30] as [Int64] {
            kernel.scheduler.schedule(at: instant(time), target: recorder.index, kind: 1, payload: UInt64(time))
        }
        #expect(kernel.run(until: instant(100)) == .idle)
        #expect(recorder.payloads == [10, 20, 30, 40, 50])
        #expect(kernel.now == instant(50))
        #expect(kernel.events == 5)
        #expect(kernel.queueOperations == 10)
        #expect(kernel.laneOperations == 0)
    }

    @Test("events at the same instant are handled in order of scheduling, across queue and lanes")
    func orderOfScheduling() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        let lane = kernel.scheduler.lane(for: .nanoseconds(7))
        for payload in 0..<30 as Range<UInt64> {
            switch payload % 3 {
            case 0: kernel.scheduler.schedule(at: instant(7), target: 0, kind: 0, payload: payload)
            case 1: kernel.scheduler.schedule(on: lane, target: 0, kind: 0, payload: payload)
            default:
                _ = kernel.scheduler.scheduleCancellable(at: instant(7), target: 0, kind: 0, payload: payload)
            }
        }
        #expect(kernel.pending == 30)
        #expect(kernel.run(until: instant(7)) == .idle)
        #expect(recorder.payloads == Array(0..<30))
        #expect(kernel.queueOperations == 40)
        #expect(kernel.laneOperations == 20)
    }

    @Test("a slice ends with the clock at its limit, and later events stay pending")
    func slice() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        kernel.scheduler.schedule(at: instant(10), target: 0, kind: 0, payload: 1)
        kernel.scheduler.schedule(at: instant(20), target: 0, kind: 0, payload: 2)
        #expect(kernel.run(until: instant(15)) == .reached)
        #expect(kernel.now == instant(15))
        #expect(recorder.payloads == [1])
        #expect(kernel.pending == 1)
        #expect(kernel.run(until: instant(20)) == .idle)
        #expect(recorder.payloads == [1, 2])
    }
}
