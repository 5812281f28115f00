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

    /// A component that schedules its next event at the same instant, for ever.
    private func spin(_ recorder: Recorder, event: Event) -> UInt64 {
        recorder.scheduler.schedule(at: event.time, target: recorder.index, kind: 0, payload: 0)
        return 0
    }

    @Test("a livelock is found, and the component that is caught in it is named")
    func livelock() {
        var options = KernelOptions()
        options.eventsPerInstant = 1000
        let kernel = Kernel(options: options)
        _ = Recorder(kernel: kernel, name: "innocent")
        let spinner = Recorder(kernel: kernel, name: "spinner")
        spinner.onEvent = spin
        kernel.scheduler.schedule(at: instant(5), target: spinner.index, kind: 0, payload: 0)
        #expect(kernel.run(until: instant(100)) == .livelock(at: instant(5), component: "spinner"))
        #expect(kernel.events == 1000)
    }

    @Test("a livelock of stale events is found as well")
    func staleLivelock() {
        var options = KernelOptions()
        options.eventsPerInstant = 1000
        let kernel = Kernel(options: options)
        let spinner = Recorder(kernel: kernel, name: "spinner")
        spinner.onEvent = { recorder, event in
            recorder.scheduler.schedule(at: event.time, target: recorder.index, kind: 0, payload: 0)
            return Component.void
        }
        kernel.scheduler.schedule(at: .zero, target: spinner.index, kind: 0, payload: 0)
        #expect(kernel.run(until: instant(100)) == .livelock(at: .zero, component: "spinner"))
        #expect(kernel.events == 0)
        #expect(kernel.staleEvents == 1000)
    }

    @Test("as many events at one instant as allowed are no livelock, however the run is sliced")
    func busyInstants() {
        var options = KernelOptions()
        options.eventsPerInstant = 10
        let kernel = Kernel(options: options)
        let recorder = Recorder(kernel: kernel, name: "recorder")
        for time in 0..<10 {
            for _ in 0..<10 { kernel.scheduler.schedule(at: instant(Int64(time)), target: 0, kind: 0, payload: 0) }
        }
        for time in 0..<9 { #expect(kernel.run(until: instant(Int64(time))) == .reached) }
        #expect(kernel.run(until: instant(20)) == .idle)
        #expect(recorder.entries.count == 100)
    }

    @Test("the limit of events stops the run, which can't be resumed")
    func eventLimit() {
        var options = KernelOptions()
        options.events = 7
        let kernel = Kernel(options: options)
        let recorder = Recorder(kernel: kernel, name: "recorder")
        for time in 0..<10 { kernel.scheduler.schedule(at: instant(Int64(time)), target: 0, kind: 0, payload: 0) }
        #expect(kernel.run(until: instant(100)) == .eventLimit)
        #expect(kernel.run(until: instant(100)) == .eventLimit)
        #expect(recorder.entries.count == 7)
        #expect(kernel.pending == 3)
        #expect(kernel.now == instant(6))
    }

    @Test("stale events don't count and leave no trace in the trajectory")
    func staleEvents() {
        func run(stale: Bool) -> Kernel {
            let kernel = Kernel()
            let recorder = Recorder(kernel: kernel, name: "recorder")
            recorder.onEvent = { _, event in event.kind == 1 ? Component.void : event.payload }
            for time in 0..<20 {
                kernel.scheduler.schedule(at: instant(Int64(time)), target: 0, kind: 0, payload: UInt64(time))
                if stale { kernel.scheduler.schedule(at: instant(Int64(time)), target: 0, kind: 1, payload: 0) }
            }
            #expect(kernel.run(until: instant(100)) == .idle)
            return kernel
        }
        let (clean, dirty) = (run(stale: false), run(stale: true))
        #expect(clean.trajectory == dirty.trajectory)
        #expect(clean.events == 20 && dirty.events == 20)
        #expect(clean.staleEvents == 0 && dirty.staleEvents == 20)
    }

    @Test("a pause ends the run after the event under way, and the next run goes on from there")
    func pause() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        recorder.onEvent = { _, event in
            if event.payload == 3 { kernel.pauseRequest.pause() }
            return event.payload
        }
        for time in 0..<6 as Range<UInt64> {
            kernel.scheduler.schedule(at: instant(Int64(time)), target: 0, kind: 1, payload: time)
        }
        #expect(kernel.run(until: instant(100)) == .paused)
        #expect(kernel.now == instant(3))
        #expect(recorder.payloads == [0, 1, 2, 3])
        #expect(kernel.run(until: instant(100)) == .idle)
        #expect(recorder.payloads == [0, 1, 2, 3, 4, 5])
    }

    /// A queueing network of sorts: events branch, and go by queue and lane.
    private func digest(queue: KernelOptions.Queue, slice: Int64, seed: UInt64) -> (Digest128, UInt64) {
        var options = KernelOptions()
        options.queue = queue
        let kernel = Kernel(options: options)
        let components = (0..<5).map { Recorder(kernel: kernel, name: "component \($0)") }
        let lane = kernel.scheduler.lane(for: .nanoseconds(50))
        var random = SplitMix(seed)
        var left = 3000
        for component in components {
            component.onEvent = { recorder, event in
                left -= 1
                if left > 0 {
                    let target = UInt32(random.below(5))
                    let time = event.time + .nanoseconds(Int64(random.below(100)))
                    recorder.scheduler.schedule(at: time, target: target, kind: 1, payload: random.next())
                    if random.below(2) == 0 {
                        recorder.scheduler.schedule(on: lane, target: target, kind: 2, payload: random.next())
                    }
                }
                return event.payload
            }
        }
        kernel.scheduler.schedule(at: .zero, target: 0, kind: 0, payload: 0)
        var (limit, stop) = (Int64(0), KernelStop.reached)
        while stop == .reached {
            limit += slice
            stop = kernel.run(until: instant(limit))
        }
        #expect(stop == .idle)
        return (kernel.trajectory, kernel.events)
    }

    @Test("how the run is sliced, and which queue is used, changes neither digest nor number of events")
    func slicing() {
        var digests: Set<Digest128> = []
        for seed in 0..<3 as Range<UInt64> {
            let whole = digest(queue: .heap, slice: 1 << 40, seed: seed)
            for slice in [1, 100, 100_000] as [Int64] {
                #expect(digest(queue: .heap, slice: slice, seed: seed) == whole)
                #expect(digest(queue: .ladder, slice: slice, seed: seed) == whole)
            }
            digests.insert(whole.0)
        }
        #expect(digests.count == 3)
    }

    @Test("the trajectory's digest is that of time, component and kind, and entity")
    func trajectoryIsPinned() {
        let kernel = Kernel()
        _ = Recorder(kernel: kernel, name: "a")
        let second = Recorder(kernel: kernel, name: "b")
        kernel.scheduler.schedule(at: instant(3), target: second.index, kind: 4, payload: 5)
        #expect(kernel.run(until: instant(3)) == .idle)
        var expected = Fingerprint()
        expected.absorb(3, 5 &* 0xBF58_476D_1CE4_E5B9 &+ (4 << 32 | 1))
        #expect(kernel.trajectory == expected.digest)
        #expect(kernel.componentNames == ["a", "b"])
    }

    @Test("components live as long as their kernel, and no longer")
    func lifetime() {
        weak var component: Recorder?
        do {
            let kernel = Kernel()
            let recorder = Recorder(kernel: kernel, name: "recorder")
            component = recorder
            kernel.scheduler.schedule(at: .zero, target: 0, kind: 0, payload: 0)
            #expect(kernel.run(until: .zero) == .idle)
            #expect(component?.entries.count == 1)
        }
        #expect(component == nil)
    }
}
