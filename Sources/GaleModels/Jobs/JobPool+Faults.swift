// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// Workers that die, and workers that stand still.
extension JobPool {
    private func slots(of worker: Int) -> Range<Int> { worker * slotsPerWorker..<(worker + 1) * slotsPerWorker }

    private func existing(_ first: Int, _ count: Int) -> Range<Int> {
        let all = stage.state.pointee.replicaCount
        return min(first, all)..<min(first + count, all)
    }

    /// Workers die. The table hears nothing of it: their leases run out.
    func crash(first: Int, count: Int, fault: Int) {
        for number in existing(first, count) where workers[number].isAlive {
            core.take(workers[number].isPaused ? .workerCrashedAtRest : .workerCrashed)
            workers[number].isAlive = false
            workers[number].isPaused = false
            workers[number].fault = fault
            for slot in slots(of: number) {
                if slots[slot].isHolding { stage.state.pointee.decisions[fault] += 1 }
                letGo(slot)
            }
        }
        serve()
    }

    /// Workers start again, and ask for tasks.
    func restart(_ numbers: [Int]) {
        for number in numbers where !workers[number].isAlive {
            core.take(.workerRestarted)
            workers[number] = JobWorker()
            for slot in slots(of: number) { ask(slot) }
        }
        serve()
    }

    /// Another fault of the same kind keeps a worker down, or still (`isCrash` false), from now on. One that is down is not
    /// down because of a fault that would make it stand still.
    func blame(_ number: Int, fault: Int, isCrash: Bool) {
        precondition(number >= 0 && number < stage.state.pointee.replicaCount, "a fault is of workers that exist")
        if isCrash ? !workers[number].isAlive : workers[number].isPaused { workers[number].fault = fault }
    }

    /// Workers stand still: neither work nor heartbeats go on, and nobody hears of it.
    func pause(first: Int, count: Int, fault: Int) {
        for number in existing(first, count) where workers[number].isAlive && !workers[number].isPaused {
            core.take(.workerPaused)
            workers[number].isPaused = true
            workers[number].pausedAt = core.now.nanoseconds
            workers[number].fault = fault
            for slot in slots(of: number) where slots[slot].isHolding { stage.state.pointee.decisions[fault] += 1 }
        }
    }

    /// They go on where they were, and know nothing of the time between.
    func resume(_ numbers: [Int]) {
        for number in numbers where workers[number].isAlive && workers[number].isPaused {
            core.take(.workerResumed)
            workers[number].isPaused = false
            workers[number].fault = -1
            for slot in slots(of: number) { goOn(slot, since: workers[number].pausedAt) }
        }
        serve()
    }

    private func goOn(_ number: Int, since pausedAt: Int64) {
        let slot = slots + number
        guard slot.pointee.isHolding else { return }
        if slot.pointee.isStopped {
            letGo(number)
            return ask(number)
        }
        if slot.pointee.place == .working {
            // A grant that is still on its way finds a worker that goes on.
            slot.pointee.finishes += max(0, core.now.nanoseconds - max(pausedAt, slot.pointee.starts))
        }
        // Heartbeats go by the clock: one that is overdue is sent at once.
        if slot.pointee.beats != 0 { slot.pointee.beats = max(slot.pointee.beats, core.now.nanoseconds) }
        scheduleWork(number)
    }

    /// Tasks are ready and nobody asks, because workers are down or stand still.
    func blameWorkers() {
        for number in 0..<stage.state.pointee.replicaCount where workers[number].fault >= 0 {
            stage.state.pointee.decisions[workers[number].fault] += 1
            return
        }
    }
}
