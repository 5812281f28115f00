// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// One thing that happened to a message, and which earlier one led to it.
package struct MessageStep: Equatable, Sendable {
    /// Nanoseconds.
    package var time: Int64
    /// For what lasts (an attempt, a wait): when it was over; nil: it is a moment, or the run ended first.
    package var end: Int64?
    package var what: Happening
    /// The step that led to it; nil: nothing of this message did.
    package var cause: Int?
    /// Faults in force where it happened, by their places in the specification.
    package var faults: [Int] = []

    /// Where a message is taken up, by places in the specification.
    package enum Place: Equatable, Sendable {
        case workload(Int), stage(Int, replica: Int?), provider(Int), store(Int)
        case partition(topic: Int, Int)
    }

    package enum Happening: Equatable, Sendable {
        case submitted(expires: Int64)
        /// A segment of a campaign is read: from here on the notification goes its own way.
        case split(stage: Int)
        case appended(topic: Int, partition: Int, offset: Int)
        /// Every in-sync replica has it: consumers may see it.
        case replicated(topic: Int, partition: Int, offset: Int)
        case acknowledged(topic: Int)
        case fetched(stage: Int, replica: Int, topic: Int, partition: Int, offset: Int)
        /// `again`: somebody had begun it before.
        case begun(stage: Int, replica: Int, again: Bool)
        case computed(stage: Int, replica: Int)
        case called(stage: Int, replica: Int, store: Int, failed: Bool, late: Bool)
        case lookedUp(stage: Int, replica: Int, kind: StateKind, answer: LookupAnswer)
        case asks(stage: Int, replica: Int, kind: StateKind)
        case writes(stage: Int, replica: Int, kind: StateKind)
        case attempt(stage: Int, replica: Int, number: Int, provider: Int, timeout: Int64)
        case answered(provider: Int, ProviderResponse)
        /// It waits: why, until when if that is certain, what of its retries is left.
        case waits(stage: Int, replica: Int, Wait)
        /// It has a slot again.
        case granted(stage: Int, replica: Int)
        case requeued(stage: Int, replica: Int, level: RetryLevel, at: Int64, reason: WaitReason)
        case cancelled(stage: Int, replica: Int)
        /// It leaves a channel, for another one or for good.
        case left(stage: Int, replica: Int, Departure)
        /// The pipeline's own word on it.
        case settled(stage: Int, replica: Int, Outcome)
        /// Its line in the ledger is another one from here on.
        case entered(Entry)
        case finished(stage: Int, replica: Int)
        /// Whoever worked on it is gone.
        case dropped(stage: Int, replica: Int)
        case committed(topic: Int, partition: Int, offset: Int)
        /// The new leader of the partition does not have it.
        case cutOff(topic: Int, partition: Int, offset: Int)
        case moved(Movement)
    }

    package struct Wait: Equatable, Sendable {
        package var reason: WaitReason
        package var until: Int64?
        /// Attempts so far.
        package var attempts: Int
        /// Retries that the budget had left.
        package var retriesLeft: Int64?
        /// It keeps its slot meanwhile.
        package var holdsSlot: Bool
        /// The policy's place.
        package var policy: Int?
    }

    /// A line of the ledger.
    package enum Entry: UInt8, Equatable, Sendable {
        case delivered, late, expired, suppressed, deadLettered, shed, lost, inFlight
    }

    /// Where a message that no dispatcher looks after goes on.
    package enum Movement: UInt8, Equatable, Sendable {
        case waiting, work, store, rateLimit, network, provider, backoff, broker
    }
}

extension MessageStep.Entry {
    init?(_ state: Message.State) {
        switch state {
        case .free, .pending, .split: return nil
        case .delivered: self = .delivered
        case .late: self = .late
        case .expired: self = .expired
        case .suppressed: self = .suppressed
        case .deadLettered: self = .deadLettered
        case .shed: self = .shed
        case .lost: self = .lost
        }
    }
}
