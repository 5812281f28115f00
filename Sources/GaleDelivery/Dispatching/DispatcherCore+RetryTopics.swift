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
        let replays = state.pointee.retry.replayAfter > 0 ? extra(slot).pointee.replays : 0
        var header = RetryTopicHeader(place: UInt8(clamping: passed), replays: replays)
        header.isUnsure = chain.pointee.flags.contains(.unsure)
        if state.pointee.isRouted { describe(slot, &header) }
        hand(slot, header, at: at, RetryLevel(rawValue: UInt8(level)), reason, &actions)
    }

    /// What routing has to know of a chain when it comes back.
    private func describe(_ slot: UInt32, _ header: inout RetryTopicHeader) {
        let (chain, routed) = (chain(slot), routed(slot))
        header.acceptedInApp = routed.pointee.flags.contains(.acceptedInApp)
        // The step in the app has no time of its own to remember.
        guard state.pointee.routing.hasTiers, !isInApp(slot) else { return }
        header.setChannelSince(routed.pointee.channelSince, created: chain.pointee.created)
        guard chain.pointee.attempts > 0, let place = lastPlace(slot) else { return }
        header.provider = place
        header.setProviderSince(routed.pointee.providerSince, created: chain.pointee.created)
    }

    /// The place in its route of the provider of the last attempt.
    private func lastPlace(_ slot: UInt32) -> Int32? {
        let chain = chain(slot)
        let members = state.pointee.plan.routes[Int(state.pointee.plan.steps[Int(chain.pointee.step)].route)]
        return (0..<members.count).first {
            state.pointee.plan.equivalents[Int(members.first + $0)].provider == chain.pointee.provider
        }
    }

    /// A dead letter goes to its topic, to come back once, on its first channel and with all its attempts.
    ///
    /// - Returns: false where dead letters are settled: it has come back before, or would come back too late, or was taken in the
    ///   app.
    func bury(_ slot: UInt32, _ actions: inout Actions) -> Bool {
        guard state.pointee.retry.replayAfter > 0, extra(slot).pointee.replays == 0 else { return false }
        let at = max(state.pointee.now + state.pointee.retry.replayAfter, state.pointee.nextReplay)
        guard at < chain(slot).pointee.expires else { return false }
        if state.pointee.isRouted, routed(slot).pointee.flags.contains(.acceptedInApp) { return false }
        state.pointee.nextReplay = at + state.pointee.retry.replayGap
        state.pointee.counters.count(.deadLetter)
        hand(slot, RetryTopicHeader(place: 0, replays: 1), at: at, .deadLetters, .deadLetter, &actions)
        return true
    }

    private func hand(
        _ slot: UInt32, _ header: RetryTopicHeader, at: Int64, _ level: RetryLevel, _ reason: WaitReason,
        _ actions: inout Actions
    ) {
        var header = header
        if state.pointee.routing.collapses { header.isKeyNoted = noteAway(slot) }
        state.pointee.counters.requeued += 1
        actions.append(
            .requeue(
                reference: chain(slot).pointee.reference, at: Instant(nanoseconds: at),
                attempts: header.rawValue, level: level, reason: reason))
        close(slot)
    }
}
