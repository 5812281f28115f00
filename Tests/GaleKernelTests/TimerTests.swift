// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import Testing

@Suite("Timers")
struct TimerTests {
    /// Schedules and cancels at random while it handles events, and compares each with a list of what is pending.
    private final class Juggler: Component {
        private struct Pending {
            var time: Int64
            var id: UInt64
            var timer: TimerHandle?
        }

        private var random: SplitMix
        private let lanes: [Lane]
        private var pending: [Pending] = []
        /// Handles of events that are gone.
        private var spent: [TimerHandle] = []
        private var nextID: UInt64 = 0
        private(set) var mistakes: [String] = []
        private(set) var cancelled = 0
        var left: Int

        init(kernel: Kernel, seed: UInt64, lanes laneCount: Int, steps: Int) {
            random = SplitMix(seed)
            left = steps
            var random = SplitMix(seed &+ 1)
            lanes = (0..<laneCount).map { _ in
                kernel.scheduler.lane(for: .nanoseconds(Int64(random.below(laneCount * 3))))
            }
            super.init(kernel: kernel, name: "juggler")
        }

        var count: Int { pending.count }

        func schedule() {
            let id = nextID
            nextID += 1
            let delay = Int64(random.below(200))
            let time = scheduler.now + .nanoseconds(delay)
            switch random.below(4) {
            case 0:
                scheduler.schedule(at: time, target: index, kind: UInt32(id & 255), payload: id)
                pending.append(Pending(time: time.nanoseconds, id: id, timer: nil))
            case 1:
                let timer = scheduler.scheduleCancellable(at: time, target: index, kind: UInt32(id & 255), payload: id)
                pending.append(Pending(time: time.nanoseconds, id: id, timer: timer))
            default:
                let lane = lanes[random.below(lanes.count)]
                let timer = scheduler.schedule(on: lane, target: index, kind: UInt32(id & 255), payload: id)
                let due = scheduler.now + lane.delay
                pending.append(Pending(time: due.nanoseconds, id: id, timer: timer))
            }
        }

        private func cancelOne() {
            guard !pending.isEmpty else { return }
            let place = random.below(pending.count)
            guard let timer = pending[place].timer else { return }
            if !scheduler.isPending(timer) { mistakes.append("a pending timer is not pending") }
            if !scheduler.cancel(timer) { mistakes.append("a pending timer can't be cancelled") }
            if scheduler.isPending(timer) || scheduler.cancel(timer) { mistakes.append("cancelled twice") }
            pending.remove(at: place)
            spent.append(timer)
            cancelled += 1
        }

        override func handle(_ event: Event) -> UInt64 {
            // Ids grow with sequence numbers, and the list with ids, so that the first of the least times is due.
            guard !pending.isEmpty else {
                mistakes.append("\(event) was not pending")
                return event.payload
            }
            var due = 0
            var other = 1
            while other < pending.count {
                if pending[other].time < pending[due].time { due = other }
                other += 1
            }
            guard pending[due].id == event.payload, pending[due].time == event.time.nanoseconds,
                event.kind == UInt32(event.payload & 255)
            else {
                mistakes.append("\(event) was not due")
                return event.payload
            }
            if let timer = pending.remove(at: due).timer { spent.append(timer) }
            guard left > 0 else { return event.payload }
            left -= 1
            for _ in 0..<random.below(pending.count < 100 ? 6 : 3) { schedule() }
            for _ in 0..<random.below(3) { cancelOne() }
            if pending.isEmpty { schedule() }
            // Handles of events that are gone name nothing, even when their slots are in use again.
            if !spent.isEmpty {
                let timer = spent[random.below(spent.count)]
                if scheduler.isPending(timer) || scheduler.cancel(timer) { mistakes.append("a spent handle was live") }
            }
            return event.payload
        }
    }

    @Test(
        "queue and lanes together keep the total order while timers are cancelled at random",
        arguments: [1, 3, 20, 300], [KernelOptions.Queue.heap, .ladder])
    func model(lanes: Int, queue: KernelOptions.Queue) {
        for seed in 0..<4 as Range<UInt64> {
            var options = KernelOptions()
            options.queue = queue
            let kernel = Kernel(options: options)
            let juggler = Juggler(kernel: kernel, seed: seed, lanes: lanes, steps: 1_000)
            for _ in 0..<10 { juggler.schedule() }
            var random = SplitMix(seed)
            var stop = KernelStop.reached
            while stop == .reached {
                stop = kernel.run(until: kernel.now + .nanoseconds(Int64(random.below(30))))
                #expect(kernel.pending == juggler.count)
            }
            #expect(stop == .idle)
            #expect(juggler.mistakes == [])
            #expect(juggler.left == 0)
            #expect(juggler.cancelled > 100)
            #expect(juggler.count == 0)
        }
    }

    @Test("a handle that fired, was cancelled, or whose slot is used again names nothing")
    func spentHandles() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        let scheduler = kernel.scheduler
        let lane = scheduler.lane(for: .nanoseconds(10))
        #expect(!scheduler.cancel(.none))
        let fired = scheduler.schedule(on: lane, target: 0, kind: 0, payload: 1)
        let firedQueued = scheduler.scheduleCancellable(at: .init(nanoseconds: 10), target: 0, kind: 0, payload: 2)
        #expect(kernel.run(until: Instant(nanoseconds: 10)) == .idle)
        #expect(!scheduler.cancel(fired))
        #expect(!scheduler.cancel(firedQueued))
        let first = scheduler.schedule(on: lane, target: 0, kind: 0, payload: 3)
        #expect(scheduler.cancel(first))
        #expect(!scheduler.cancel(first))
        // The freed slot is taken again at once.
        let second = scheduler.schedule(on: lane, target: 0, kind: 0, payload: 4)
        let third = scheduler.scheduleCancellable(at: .init(nanoseconds: 20), target: 0, kind: 0, payload: 5)
        for handle in [fired, firedQueued, first] { #expect(!scheduler.cancel(handle)) }
        #expect(scheduler.isPending(second) && scheduler.isPending(third))
        #expect(TimerHandle(word: second.word) == second)
        #expect(kernel.run(until: Instant(nanoseconds: 30)) == .idle)
        #expect(recorder.payloads == [1, 2, 4, 5])
    }

    @Test("cancelled events are not pending, not handled, and appear in no digest")
    func cancelledLeaveNoTrace() {
        func digest(cancelling: Bool) -> Digest128 {
            let kernel = Kernel()
            let recorder = Recorder(kernel: kernel, name: "recorder")
            let lane = kernel.scheduler.lane(for: .nanoseconds(5))
            if cancelling {
                let timers =
                    (0..<20_000).map { payload in
                        payload % 2 == 0
                            ? kernel.scheduler.schedule(on: lane, target: 0, kind: 0, payload: 7)
                            : kernel.scheduler.scheduleCancellable(
                                at: Instant(nanoseconds: Int64(payload)), target: 0, kind: 0, payload: 7)
                    }
                for timer in timers { #expect(kernel.scheduler.cancel(timer)) }
                #expect(kernel.pending == 0)
            }
            for payload in 0..<10 as Range<UInt64> {
                kernel.scheduler.schedule(on: lane, target: 0, kind: 0, payload: payload)
            }
            #expect(kernel.run(until: Instant(nanoseconds: 5)) == .idle)
            #expect(recorder.payloads == Array(0..<10))
            #expect(kernel.events == 10)
            return kernel.trajectory
        }
        #expect(digest(cancelling: true) == digest(cancelling: false))
    }

    @Test("the same delay gives the same lane")
    func sameLane() {
        let kernel = Kernel()
        let lanes = (0..<100).map { kernel.scheduler.lane(for: .milliseconds($0)) }
        for (index, lane) in lanes.enumerated() {
            #expect(kernel.scheduler.lane(for: .milliseconds(Int64(index))) == lane)
            #expect(lane.delay == .milliseconds(Int64(index)))
        }
    }

    @Test("time-outs on a lane are scheduled, cancelled and handled without a queue operation")
    func laneOperations() {
        let kernel = Kernel()
        let recorder = Recorder(kernel: kernel, name: "recorder")
        let lane = kernel.scheduler.lane(for: .seconds(10))
        var timers: [TimerHandle] = []
        for payload in 0..<1000 as Range<UInt64> {
            timers.append(kernel.scheduler.schedule(on: lane, target: 0, kind: 0, payload: payload))
        }
        for timer in timers.dropFirst(10) { _ = kernel.scheduler.cancel(timer) }
        #expect(kernel.run(until: Instant(nanoseconds: 20_000_000_000)) == .idle)
        #expect(recorder.entries.count == 10)
        #expect(kernel.queueOperations == 0)
        #expect(kernel.laneOperations == 2000)
    }
}
