// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// What workers do, and what the table hears of it.
extension JobPool {
    /// The table gives a task away.
    func grant(_ lease: Lease, to number: Int) {
        let slot = slots + number
        let index = UInt32(truncatingIfNeeded: lease.reference)
        let message = core.message(index)
        if lease.attempt == 1 { noteStart(message) } else { stage.state.pointee.redelivered += 1 }
        stage.state.pointee.consumed += 1
        slot.pointee.lease = lease
        slot.pointee.message = index
        slot.pointee.sent = 0
        slot.pointee.isStopped = false
        guard let transit = transit(number, .grant) else {
            // Nobody has it: the lease runs out, and the worker asks again.
            slot.pointee.place = .away
            schedule(Kind.ask, number, after: Self.resendAfter)
            return
        }
        core.retain(index)
        core.move(message, to: .work, at: core.now)
        slot.pointee.place = .working
        stage.state.pointee.busy &-= stage.busyNow
        stage.state.pointee.inUse += 1
        let key = UInt64(lease.attempt) << 8 | stage.state.pointee.id
        slot.pointee.fails =
            core.draws.uniform(.workFailure, message.pointee.identity, key).below(1_000_000)
            < UInt64(work.failureMicros)
        let length = duration.time(core.draws.uniform(.work, message.pointee.identity, key))
        slot.pointee.starts = (core.now + transit).nanoseconds
        slot.pointee.finishes = slot.pointee.starts + length
        slot.pointee.beats = work.heartbeat.map { slot.pointee.starts + $0.nanoseconds } ?? 0
        let worker = worker(of: number)
        if worker.pointee.isPaused {
            // It finds the task when it goes on.
            stage.state.pointee.decisions[worker.pointee.fault] += 1
            return
        }
        scheduleWork(number)
    }

    func scheduleWork(_ number: Int) {
        let slot = slots[number]
        schedule(Kind.finished, number, at: slot.finishes)
        if slot.beats > 0 { schedule(Kind.beat, number, at: slot.beats) }
    }

    private func schedule(_ kind: UInt32, _ slot: Int, at instant: Int64) {
        scheduler.schedule(
            at: max(Instant(nanoseconds: instant), core.now), target: index, kind: kind, payload: name(slot))
    }

    private func schedule(_ kind: UInt32, _ slot: Int, after delay: Interval) {
        schedule(kind, slot, at: (core.now + delay).nanoseconds)
    }

    /// What the network draws for.
    private enum Leg: UInt64 { case grant, report, beat, stop }

    private func transit(_ number: Int, _ leg: Leg) -> Interval? {
        let slot = slots + number
        slot.pointee.sent += 1
        let (attempt, sent) = (UInt64(slot.pointee.lease.attempt), slot.pointee.sent)
        // What a leg has no room for goes into the key.
        let beyond = (attempt >> 6) << 32 | sent >> 15
        return link.transit(
            key: core.message(slot.pointee.message).pointee.identity &+ beyond &* 0x9E37_79B9_7F4A_7C15,
            leg: 1 << 31 | leg.rawValue << 29 | (stage.state.pointee.id & 0xFF) << 21 | (attempt & 0x3F) << 15
                | sent & 0x7FFF)
    }

    // MARK: At the worker

    /// The work is done, or it is time to report it again.
    func finished(_ number: Int) -> UInt64 {
        let slot = slots + number
        // What was scheduled before a pause comes too early, and during one nothing happens.
        guard slot.pointee.isHolding, slot.pointee.finishes != 0, core.now.nanoseconds >= slot.pointee.finishes,
            !worker(of: number).pointee.isPaused
        else { return Component.void }
        slot.pointee.place = .reporting
        if let transit = transit(number, .report) {
            slot.pointee.finishes = 0
            schedule(Kind.reported, number, after: transit)
        } else {
            slot.pointee.finishes = (core.now + Self.resendAfter).nanoseconds
            schedule(Kind.finished, number, after: Self.resendAfter)
        }
        return core.message(slot.pointee.message).pointee.identity
    }

    func beat(_ number: Int) -> UInt64 {
        let slot = slots + number
        guard let heartbeat = work.heartbeat, slot.pointee.isHolding, slot.pointee.beats != 0,
            core.now.nanoseconds >= slot.pointee.beats, !worker(of: number).pointee.isPaused
        else { return Component.void }
        if let transit = transit(number, .beat) { schedule(Kind.beatArrived, number, after: transit) }
        slot.pointee.beats = (core.now + heartbeat).nanoseconds
        schedule(Kind.beat, number, after: heartbeat)
        return core.message(slot.pointee.message).pointee.identity
    }

    /// The table's answer to a heartbeat has come: the lease is gone.
    func stop(_ number: Int) -> UInt64 {
        let slot = slots + number
        guard slot.pointee.place == .working else { return Component.void }
        if worker(of: number).pointee.isPaused {
            slot.pointee.isStopped = true
        } else {
            breakOff(number)
        }
        return core.message(slot.pointee.message).pointee.identity
    }

    private func breakOff(_ number: Int) {
        letGo(number)
        ask(number)
    }

    /// The slot asks for a task.
    func ask(_ number: Int) {
        let worker = worker(of: number)
        guard worker.pointee.isAlive, slots[number].place == .away else { return }
        let place = UInt64(number) << 8 | stage.state.pointee.id
        let time = UInt64(core.now.nanoseconds)
        if !worker.pointee.isPaused, let transit = link.transit(key: time, leg: place & 0xFFFF_FFFF) {
            schedule(Kind.asked, number, after: transit)
        } else {
            schedule(Kind.ask, number, after: Self.resendAfter)
        }
    }

    /// Whatever it was doing, the slot no longer does.
    func letGo(_ number: Int) {
        let slot = slots + number
        let wasHolding = slot.pointee.isHolding
        slot.pointee.place = .away
        slot.pointee.epoch &+= 1
        guard wasHolding else { return }
        stage.state.pointee.busy &+= stage.busyNow
        stage.state.pointee.inUse -= 1
        core.release(slot.pointee.message)
    }

    // MARK: At the table

    func beatArrived(_ number: Int) {
        guard slots[number].isHolding, table.pointee.heartbeat(slots[number].lease, at: core.now) == nil,
            work.whenFenced == .stop, slots[number].place == .working
        else { return }
        if let transit = transit(number, .stop) { schedule(Kind.stop, number, after: transit) }
    }

    /// The end of the work is known to the table, and the slot asks for the next task.
    func reported(_ number: Int) {
        let slot = slots[number]
        let (index, message) = (slot.message, core.message(slot.message))
        if slot.fails {
            let delay = backoff.delay(
                failures: slot.lease.attempt,
                random: core.draws.uniform(
                    .workRetry, message.pointee.identity,
                    UInt64(slot.lease.attempt) << 8 | stage.state.pointee.id))
            let verdict = table.pointee.fail(slot.lease, retryAfter: Interval(nanoseconds: delay), at: core.now)
            if verdict == .accepted { core.move(message, to: .backoff, at: core.now) }
        } else {
            conclude(slot.lease, index, message)
        }
        letGo(number)
        listen(to: number)
    }

    /// Work that is done has its effect where the lease is good, or nobody looks at that.
    private func conclude(_ lease: Lease, _ index: UInt32, _ message: UnsafeMutablePointer<Message>) {
        // The slot still holds the message when its task has ended.
        let leased = table.pointee.leased
        let isAccepted = table.pointee.complete(lease, at: core.now) == .accepted
        if isAccepted && table.pointee.leased == leased { stage.noteZombie(message.pointee.identity) }
        if isAccepted || !work.isFenced {
            core.deliver(index, message, at: core.now, expires: stage.expiry(message))
        }
        if isAccepted {
            stage.state.pointee.completed += 1
            let ticks = Message.ticks(core.now.nanoseconds) &- message.pointee.appended
            core.recorder.record(
                Int64(ticks) * Message.tickNanoseconds, subject: stage.state.pointee.subject,
                phase: message.pointee.phase, slot: message.pointee.slot)
        } else if work.isFenced {
            figures.fencedCompletions += 1
        } else {
            figures.unfencedCompletions += 1
        }
    }
}
