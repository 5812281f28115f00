// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Retry topics by level, and dead letters that come back ("Building Reliable Reprocessing and Dead Letter Queues with Apache Kafka", Uber, 2018).
extension DispatcherCore {
    /// Hands a chain to a retry topic, with its place on its way as one number of attempts. A level is read after its own delay,
    /// so nothing goes through it faster.
    func requeue(_ slot: UInt32, at: Int64, level: Int, _ reason: WaitReason, _ actions: inout Actions) {
        let chain = chain(slot)
        var at = at
        if level < state.pointee.retry.levelCount {
            let earliest = state.pointee.now + state.pointee.retry.levels[level]
            if earliest > at { at = max(at, min(earliest, chain.pointee.expires - 1)) }
        }
        let passed = Int(chain.pointee.step & 3) * Int(state.pointee.attemptLimit) + Int(chain.pointee.attempts)
        hand(slot, place: UInt8(clamping: passed), at: at, RetryLevel(rawValue: UInt8(level)), reason, &actions)
    }

    /// A dead letter goes to its topic, to come back once, on its first channel and with all its attempts.
    ///
    /// - Returns: false where dead letters are settled: it has come back before, or would come back too late.
    func bury(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        guard state.pointee.retry.replayAfter > 0, extra(slot).pointee.replays == 0 else { return false }
        let at = max(state.pointee.now + state.pointee.retry.replayAfter, state.pointee.nextReplay)
        guard at < chain(slot).pointee.expires else { return false }
        state.pointee.nextReplay = at + state.pointee.retry.replayGap
        extra(slot).pointee.replays = 1
        state.pointee.counters.count(.deadLetter)
        hand(slot, place: 0, at: at, .deadLetters, .deadLetter, &actions)
        return true
    }

    private func hand(
        _ slot: UInt32, place: UInt8, at: Int64, _ level: RetryLevel, _ reason: WaitReason, _ actions: inout Actions
    ) {
        let replays = state.pointee.retry.replayAfter > 0 ? extra(slot).pointee.replays : 0
        state.pointee.counters.requeued += 1
        actions.append(
            .requeue(
                reference: chain(slot).pointee.reference, at: Instant(nanoseconds: at),
                attempts: UInt16(replays) << 8 | UInt16(place), level: level, reason: reason))
        close(slot)
    }
}
