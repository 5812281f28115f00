// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

#if PlantedBugs
    /// A mistake made on purpose, to see whether the checks of this package find it. Built only under the package's trait of the same
    /// name; a policy carries the one that is switched on.
    public enum PlantedBug: String, CaseIterable, Sendable {
        // Settling and offsets
        /// The queue hears that a notification is done as soon as it is sent, before the provider has answered.
        case acknowledgeBeforeSend = "acknowledge-before-send"
        /// A notification is settled twice.
        case doubleSettle = "double-settle"
        /// What can't be delivered is acknowledged and goes nowhere.
        case deadLetterDropped = "dead-letter-dropped"
        /// The offset of what waits counts as done. The host does it, as offsets are its own.
        case offsetPastHole = "offset-past-hole"
        /// The key is looked up when the notification has been sent, not before.
        case deduplicateAfterSend = "deduplicate-after-send"
        /// A de-duplication store that fails lets everything through, though the policy says that it stays closed.
        case failsOpen = "fails-open"
        /// Every attempt has a key of its own.
        case keyChangesOnRetry = "key-changes-on-retry"

        // Retries
        /// A budget or bucket that is empty stops nobody.
        case retryPastBudget = "retry-past-budget"
        case retryAfterIgnored = "retry-after-ignored"
        /// Whatever jitter the policy has, delays are the longest that it allows.
        case jitterRemoved = "jitter-removed"
        /// Copies that became pointless go on.
        case hedgesNotCancelled = "hedges-not-cancelled"

        // Protection
        /// A breaker that opened stays so.
        case breakerStuckOpen = "breaker-stuck-open"
        /// A limiter that has been idle lets two windows' worth through at once.
        case limiterOffByOneWindow = "limiter-off-by-one-window"
        /// A token is taken when the answer comes.
        case quotaCountedAfterSend = "quota-counted-after-send"
        /// An attempt is given up long before the provider's usual answer.
        case timeoutTooShort = "timeout-too-short"
        /// An attempt that timed out keeps its place among those under way.
        case leakedSlot = "leaked-slot"
        /// A tenant's queue has no bound.
        case unboundedQueue = "unbounded-queue"
        /// A queue that has been woken once believes that its next wake-up is still to come.
        case wakeUpLost = "wake-up-lost"

        // Time, will and money
        /// Whether a notification is still worth anything is asked when it comes, and never again.
        case expiryAtEntryOnly = "ttl-at-enqueue-only"
        /// Quiet hours are judged by the time that the notification bears, not by the clock at the send.
        case clockSkewTrusted = "clock-skew-trusted"
        /// Quiet hours are those of one zone for all.
        case wrongZone = "quiet-hours-in-the-wrong-zone"
        /// Who objects while a notification waits gets it all the same.
        case consentAtEntryOnly = "consent-at-enqueue-only"
        /// What is sent is never booked.
        case moneyNeverBooked = "money-never-booked"

        // Recipients
        /// Any 4xx takes the recipient's address away.
        case tokenRemovedOnAny4xx = "token-removed-on-any-4xx"
        /// A wave of false "never again" is believed.
        case falseWaveBelieved = "false-wave-believed"

        // Turns
        /// The least urgent first.
        case priorityInversion = "priority-inversion"
        /// Tenants don't take turns: whoever has most waiting is served most.
        case tenantStarvation = "tenant-starvation"
        /// A recipient's turn passes on as soon as its notification waits for a retry.
        case turnPassedOnEarly = "turn-passed-on-early"
        /// Work that is finished without its lease counts.
        case zombieAccepted = "zombie-accepted"
    }

    extension Policy {
        /// The policy as those bugs leave it that are a wrong number.
        var asPlanted: Policy {
            var policy = self
            switch plantedBug {
            case .breakerStuckOpen:
                policy.breaker?.open = .hours(24 * 365)
                policy.breaker?.maximumHalfOpen = nil
            case .limiterOffByOneWindow:
                for place in policy.limits.indices { policy.limits[place].burst *= 2 }
            case .timeoutTooShort: policy.timeout = Interval(nanoseconds: max(1, timeout.nanoseconds / 100))
            default: break
            }
            return policy
        }
    }

    extension DispatcherCore {
        func isPlanted(_ bug: PlantedBug) -> Bool { state.pointee.plantedBug == bug }

        /// `acknowledgeBeforeSend`: ends a chain whose attempt is under way.
        func acknowledgeEarly(_ slot: UInt32, _ actions: inout Actions) {
            let chain = chain(slot)
            let identifier = Identifier.make(
                slot: slot, generation: chain.pointee.generation, serial: chain.pointee.serial)
            abandonCall(identifier, provider: Int(chain.pointee.provider), epoch: chain.pointee.epoch)
            if state.pointee.followsOutcomes {
                noteAbandoned(
                    provider: chain.pointee.provider, payer: chain.pointee.attempts > 1 ? payer(of: slot) : nil,
                    sent: state.pointee.now)
            }
            if state.pointee.retry.copies > 1 {
                extra(slot).pointee.copyCount = 0
                extra(slot).pointee.hasTimer = false
            }
            deliver(slot, &actions)
        }

        /// `tokenRemovedOnAny4xx`: what an answer means then.
        func misjudged(_ verdict: Verdict, _ response: ProviderResponse) -> Verdict {
            guard isPlanted(.tokenRemovedOnAny4xx), (400..<500).contains(response.status) else { return verdict }
            return .suppressRecipient
        }

        /// `quotaCountedAfterSend`: an attempt's token, now that its answer is there.
        func countLate(_ provider: UnsafeMutablePointer<ProviderState>) {
            let now = state.pointee.now
            if !provider.pointee.bucket.isUnlimited, provider.pointee.bucket.available(at: now) > 0 {
                provider.pointee.bucket.take()
            }
        }

        /// `turnPassedOnEarly`: the turn of a chain that begins to wait.
        func passTurnOn(_ slot: UInt32) {
            guard let safety = state.pointee.safety, safety.pointee.isOrdered else { return }
            let note = safety.pointee.notes[slot]
            guard note.pointee.isInTurn else { return }
            note.pointee.isInTurn = false
            safety.pointee.finished.append(note.pointee.recipient)
        }

        /// What a queue is told of a chain by those bugs that mix up turns.
        func misplaced(_ chain: RoutedChain) -> RoutedChain {
            var chain = chain
            if isPlanted(.priorityInversion), let last = Priority.allCases.last {
                chain.priority = Priority(rawValue: last.rawValue - chain.priority.rawValue) ?? chain.priority
            }
            if isPlanted(.tenantStarvation) { chain.tenant = 0 }
            return chain
        }
    }
#endif
