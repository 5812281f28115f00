// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a provider makes of one call.
@frozen
public struct ProviderAnswer: Equatable, Sendable {
    /// When the answer leaves the provider; `.distantFuture`: never.
    public var departs: Instant
    /// When the provider took or refused the notification, for the ledger of what is true; `.distantFuture`: never.
    public var decided: Instant
    /// When the provider itself sends the notification on: `decided`, or later where it accepts into a line of its own
    /// (`ProviderProfile.answersOnAdmission`). Means something only for what it accepted.
    public var forwarded: Instant
    public var response: ProviderResponse
    /// The provider took the notification: `response` is a success.
    public var accepted: Bool
    /// Bit i: without the fault in slot i the answer would have been another one, or materially earlier or later.
    public var decisionsChangedBy: UInt32

    @inlinable
    public init(
        departs: Instant, decided: Instant, forwarded: Instant, response: ProviderResponse, accepted: Bool,
        decisionsChangedBy: UInt32 = 0
    ) {
        self.departs = departs
        self.decided = decided
        self.forwarded = forwarded
        self.response = response
        self.accepted = accepted
        self.decisionsChangedBy = decisionsChangedBy
    }
}
