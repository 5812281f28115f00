// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a fault changes in a provider while it lasts. Neutral values change nothing. Several at once compose: capacities,
/// latencies and what is left of the successes multiply, the latest slot that names an excess says what it gets.
public struct ProviderFault: Equatable, Sendable {
    /// 200,000: a fifth of the capacity.
    public var capacityMicros: Int64 = 1_000_000
    /// What the excess gets while the fault lasts; nil: as the profile says.
    public var excess: ProviderProfile.Excess?
    /// Additional answers with errors, as a share of the calls that the provider serves and that would not have failed.
    public var errorMicros: Int64 = 0
    /// nil: the dialect's own internal error.
    public var error: ProviderResponse?
    /// See `ProviderProfile.OutcomeRate.knownFor`.
    public var errorKnownFor = Interval.zero
    /// 3,000,000: three times as slow.
    public var latencyFactorMicros: Int64 = 1_000_000
    /// No answer at all: attempts run into their time-out.
    public var blackout = false

    public init() {}
}
