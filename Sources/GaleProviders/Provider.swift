// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// One provider: what it answers, as a state machine over a profile. No clock, no sockets, no threads.
///
/// A call meets, in this order:
///
/// 1. the *quota*, what the provider allows (`QuotaBucket`); beyond it 429 with the time to refill as Retry-After;
/// 2. the limit on *concurrency*, calls under way at once (`InFlight`);
/// 3. the *line* in front of its capacity (`ServiceLine`): calls wait their turn, first come, first served; one that would wait
///    longer than the profile's maximum is excess and gets what the profile says. So a provider that is asked for twice
///    what it can serve refuses without any fault, and one that has lost four fifths of its capacity refuses nobody
///    while it is asked for less. To refuse costs a share of the work of serving;
/// 4. its *own failures*, drawn anew for each call: one uniform number against cumulative shares, the profile's first, then
///    what faults add, so that a more severe fault fails the same calls and more;
/// 5. the *recipient's* side: a number that is out of service, a token that is gone; the same at every call. And mail
///    servers that greylist: they turn away a first contact and take one that comes again after a while.
///
/// Its latency is the profile's distribution times a weather that wanders from second to second. Faults (`begin`, `end`) change
/// capacity, what excess gets, failures and latency, or silence it altogether; for each fault a shadow of the state, as if
/// that fault did not exist, meets the same calls with the same draws, and tells which answers the fault changed.
///
/// Not modelled: APNs' 429 for too many notifications to one device, FCM's limits per device and per collapse key, and
/// carriers' daily limits; they need a state per recipient and do not decide how a fleet fares.
///
/// The value is a handle: copies share the state. The owner calls `deallocate()` once.
///
/// - Complexity: O(1) a call (O(log limit) with a limit on concurrency), no allocation, integers only. Each fault in force
///   costs one more decision.
@frozen
public struct Provider {
    @usableFromInline let state: UnsafeMutablePointer<ProviderState>

    /// - Parameters:
    ///   - profile: its capacity and rates must not be negative.
    ///   - index: what tells its draws from other providers'; the place in the scenario.
    ///   - draws: the run's.
    public init(profile: ProviderProfile, index: Int, draws: Draws) {
        state = .allocate(capacity: 1)
        state.initialize(to: ProviderState(profile, index: UInt64(index), draws: draws))
        compose()
    }

    /// Whether `ProviderRequest.recipient` matters: someone refuses or greylists. Otherwise any number will do.
    public var dependsOnRecipient: Bool { state.pointee.dependsOnRecipient }

    public func deallocate() {
        state.pointee.deallocate()
        state.deallocate()
    }
}
