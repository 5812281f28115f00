// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Consent: nothing is sent to a recipient who objects to a channel.
///
/// Scope: the fleet, through a store (`StateKind.consent`) that whoever takes objections writes, looked up before the first
/// attempt on each channel. When the store fails, `onFailure` decides: `closed`, the default, waits and asks again, as
/// a message against somebody's will can't be taken back. What is revoked while a message is under way comes as
/// `Input.consentChanged` to every replica: what waits is settled suppressed, and what a provider has is not tried again.
public struct ConsentPolicy: Equatable, Sendable {
    public var onFailure: Policy.Deduplication.OnFailure
    /// Time that a look-up may take.
    public var timeout: Interval

    public init(onFailure: Policy.Deduplication.OnFailure = .closed, timeout: Interval = .milliseconds(100)) {
        self.onFailure = onFailure
        self.timeout = timeout
    }
}
