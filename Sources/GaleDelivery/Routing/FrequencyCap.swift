// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// At most `limit` notifications a recipient in any `window`; what is beyond is suppressed.
///
/// Scope: fleet: the store counts (`FrequencyLog` is the counting, exact over every window). A notification is counted
/// before its first attempt, once, whatever becomes of it; a key that was counted before is not counted again. LinkedIn's Air
/// Traffic Controller caps so before it sends ("Member-first notifications at LinkedIn", 2018).
public struct FrequencyCap: Equatable, Sendable {
    /// At least 0; no default.
    public var limit: Int
    /// How long a notification counts; any window of this length, not calendar days. Default 24 h: estimate, caps are said per day.
    public var window: Interval
    /// Where it counts. Default: every channel.
    public var channels: [Channel]
    /// Notifications at least this urgent are neither capped nor counted; nil: all are. Default `critical`.
    public var bypass: Priority?
    /// When the store fails: `open`, the default, sends all the same (the cap may be exceeded), `closed` waits and asks again.
    public var onFailure: Policy.Deduplication.OnFailure
    /// Time that a look-up may take before it counts as failed. Default 100 ms: estimate.
    public var timeout: Interval

    public init(
        limit: Int, window: Interval = .hours(24), channels: [Channel] = Channel.allCases,
        bypass: Priority? = .critical, onFailure: Policy.Deduplication.OnFailure = .open,
        timeout: Interval = .milliseconds(100)
    ) {
        self.limit = limit
        self.window = window
        self.channels = channels
        self.bypass = bypass
        self.onFailure = onFailure
        self.timeout = timeout
    }
}
