// SPDX-License-Identifier: Apache-2.0

/// Why a notification left a channel: what its story tells. Nothing is decided by it.
package struct Departure: Equatable, Sendable {
    package enum Reason: UInt8, Sendable {
        /// None has left a channel yet.
        case none
        /// A provider's answer is for good.
        case answer
        /// All attempts were made.
        case attempts
        /// The provider asked not to be sent it again.
        case pushback
        /// No retry is left, and the policy does not wait for one.
        case budget
        /// The next attempt would begin after the channel's time, or the notification's own.
        case tooLate
        /// The policy gives it no more retries at its age.
        case lifetime
        /// The channel's time was over.
        case deadline
        /// Quiet hours last longer than the channel's time, or the notification's own.
        case quietHours
        /// It could not be done in the time that is left.
        case hopeless
        /// The recipient has strikes on the channel.
        case strikes
        /// The recipient objects to the channel.
        case objection
        /// The app's provider would not take it at once.
        case app
    }

    /// How many there were before it.
    package internal(set) var number: UInt64 = 0
    /// Of the notification.
    package internal(set) var key: UInt64 = 0
    package internal(set) var reason = Reason.none
    package internal(set) var from = Channel.push
    /// nil: there is no other channel.
    package internal(set) var to: Channel?
    /// When quiet hours end, or the next attempt would have begun, in nanoseconds; 0: it is about no such time.
    package internal(set) var until: Int64 = 0
}

extension DispatcherCore {
    /// Notes why a chain leaves its channel for `next`.
    @inline(never)
    func noteDeparture(_ slot: UInt32, _ reason: Departure.Reason, until: Int64 = 0, to next: UInt8?) {
        let steps = state.pointee.plan.steps
        state.pointee.departure = Departure(
            number: state.pointee.departure.number + 1, key: chain(slot).pointee.key, reason: reason,
            from: steps[Int(chain(slot).pointee.step)].channel, to: next.map { steps[Int($0)].channel }, until: until)
    }
}
