// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleKernel
import GalePrimitives

/// Settled messages whose offsets can't be committed yet, because an earlier one in their partition still waits, take
/// sixteen bytes instead of sixty-four.
extension Core {
    /// Moves a message on from one place to another.
    @inline(__always)
    func move(_ message: UnsafeMutablePointer<Message>, to place: Message.Place, at now: Instant) {
        move(message, to: place, at: Message.ticks(now.nanoseconds))
    }

    @inline(__always)
    func move(_ message: UnsafeMutablePointer<Message>, to place: Message.Place, at tick: UInt32) {
        let elapsed = tick &- message.pointee.mark
        let before = Int(message.pointee.place.rawValue)
        message.pointee.place = place
        // Another copy may have been booked a transit ahead: its time is not booked twice.
        if elapsed >= Message.ahead { return }
        message.spans[before] &+= elapsed
        message.pointee.mark = tick
    }

    /// Folds a message that is settled and held by nothing but one log entry; the entry's new value.
    @inline(__always)
    func folded(_ entry: UInt32) -> UInt32 {
        guard !LogEntry.isFolded(entry) else { return entry }
        let message = message(entry)
        guard message.pointee.references == 1, !message.pointee.isSegment, message.pointee.state != .pending,
            message.pointee.state != .split, message.pointee.calls < 256,
            message.pointee.intended < FoldedMessage.latestIntended,
            message.pointee.seenMilliseconds == 0 || state.pointee.isMemoryLong
        else { return entry }
        let index = state.pointee.folded.allocate()
        gale_prefetch(state.pointee.folded.next)
        state.pointee.folded[index].initialize(to: FoldedMessage(message.pointee))
        message.pointee.state = .free
        freeMessage(entry)
        return index | LogEntry.folded
    }

    /// Makes the message of a log entry again if it was folded; the entry's value now. The entry stays its only holder.
    func unfolded(_ entry: UInt32) -> UInt32 {
        guard LogEntry.isFolded(entry) else { return entry }
        let index = entry & ~LogEntry.folded
        let kept = state.pointee.folded[index].pointee
        state.pointee.folded[index].pointee.markFree()
        state.pointee.folded.free(index)
        let message = newMessage(
            identity: kept.identity, intended: kept.intended, units: 1, phase: recorder.phase(of: kept.intended),
            slot: recorder.slot(of: kept.intended))
        self.message(message).pointee.calls = kept.calls
        // Any time of this run will do: the window is longer than the run.
        if kept.isKnown { self.message(message).pointee.seenMilliseconds = 1 }
        self.message(message).pointee.state = kept.state
        return message
    }

    /// Asks for what `releaseEntry` will need.
    @inline(__always)
    func prefetchEntry(_ entry: UInt32) {
        if LogEntry.isFolded(entry) {
            state.pointee.folded.prefetch(entry & ~LogEntry.folded)
        } else {
            gale_prefetch(message(entry))
        }
    }

    /// Asks for what giving an entry's record back will need as well.
    @inline(__always)
    func prefetchRelease(_ entry: UInt32) {
        prefetchEntry(entry)
        if LogEntry.isFolded(entry) {
            state.pointee.folded.prefetchFree(entry & ~LogEntry.folded)
        } else {
            state.pointee.messages.prefetchFree(entry)
        }
    }

    /// A log entry is gone: committed, or cut off.
    @inline(__always)
    func releaseEntry(_ entry: UInt32) {
        guard LogEntry.isFolded(entry) else { return release(entry) }
        let index = entry & ~LogEntry.folded
        let kept = state.pointee.folded[index].pointee
        state.pointee.folded[index].pointee.markFree()
        state.pointee.folded.free(index)
        close(kept.identity, kept.state)
    }
}
