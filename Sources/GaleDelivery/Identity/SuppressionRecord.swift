// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What is known against sending to a recipient on a channel: how many strikes there were, and when the last one was.
///
/// As one number it fits into a store's entry, and such numbers merge by taking the greater one (`StateChange.raise`): more
/// strikes first, then the later one. So replicas need no lock, and a late writer takes nothing back.
///
/// The rule is MagNews' ("Bounce management"): the first permanent answer puts an address on a *graylist* for 7 days, in which
/// nothing is sent to it; one more after that puts it on the *blacklist*. Several permanent answers in a row of what was under way at
/// once are one strike. A delivery in between clears the record.
public struct SuppressionRecord: Equatable, Sendable {
    /// At least 1.
    public var strikes: Int
    public var last: Instant

    public init(strikes: Int, last: Instant) {
        self.strikes = strikes
        self.last = last
    }

    private static let timeBits: Int64 = 50

    /// A store's entry; nil for 0, no record.
    public init?(_ value: Int64) {
        guard value >> Self.timeBits > 0 else { return nil }
        strikes = Int(value >> Self.timeBits)
        last = Instant(nanoseconds: (value & (1 << Self.timeBits - 1)) * 1_000_000)
    }

    /// As a store's entry: strikes above 50 bits of milliseconds.
    public var value: Int64 {
        let most = Int64(1) << Self.timeBits - 1
        let time = min(max(0, last.nanoseconds) / 1_000_000, most)
        return Int64(min(max(strikes, 1), 4_095)) << Self.timeBits | time
    }

    /// Whether nothing may be sent at `now`.
    public func forbids(at now: Instant, _ policy: SuppressionPolicy) -> Bool {
        strikes >= policy.strikes || now < last + policy.graylist
    }

    /// The record after a permanent answer at `now` to what was sent although this was known.
    public static func after(_ known: SuppressionRecord?, at now: Instant) -> SuppressionRecord {
        SuppressionRecord(strikes: (known?.strikes ?? 0) + 1, last: now)
    }
}

/// Suppression of recipients who can't be reached any more: APNs 410, FCM `UNREGISTERED`, SMTP's enhanced 5xx codes about the mailbox
/// (a plain 550 is a filter's word as well), SMS's permanent codes; whatever the taxonomy judges `suppressRecipient`.
///
/// Scope: the fleet, through a store (`StateKind.suppression`), looked up before the first attempt on each channel and written
/// after a permanent answer. When the store fails, `onFailure` decides: `open` sends all the same (a dead address is asked once
/// more), `closed` waits. A lost write costs one strike. The guard's window is each replica's own.
///
/// An APNs 410 says since when the token has been invalid (`ProviderResponse.invalidSince`): a token that was registered
/// after that is not struck (Apple, "Handling notification responses from APNs").
public struct SuppressionPolicy: Equatable, Sendable {
    /// Strikes that put a recipient on the blacklist. Default 2.
    public var strikes: Int
    /// How long nothing is sent after a strike. Default 7 days (MagNews).
    public var graylist: Interval
    /// How long a record is kept after the last strike. Default 365 days: estimate, addresses are reassigned.
    public var retention: Interval
    /// The guard: no strike counts while more than this share of a provider's answers in the window is permanent, in
    /// millionths. Default 10 %, where Amazon SES pauses an account for bounces ("Reputation metrics").
    public var ceilingMicros: Int64
    /// Default 1 min: estimate.
    public var window: Interval
    /// Answers in the window below which the guard does not act. Default 100: estimate.
    public var minimumAnswers: Int
    public var onFailure: Policy.Deduplication.OnFailure
    /// Time that a look-up may take.
    public var timeout: Interval

    public init(
        strikes: Int = 2, graylist: Interval = .hours(7 * 24), retention: Interval = .hours(365 * 24),
        ceilingMicros: Int64 = 100_000, window: Interval = .minutes(1), minimumAnswers: Int = 100,
        onFailure: Policy.Deduplication.OnFailure = .open, timeout: Interval = .milliseconds(100)
    ) {
        self.strikes = strikes
        self.graylist = graylist
        self.retention = retention
        self.ceilingMicros = ceilingMicros
        self.window = window
        self.minimumAnswers = minimumAnswers
        self.onFailure = onFailure
        self.timeout = timeout
    }
}
