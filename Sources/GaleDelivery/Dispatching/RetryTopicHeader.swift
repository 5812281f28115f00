// SPDX-License-Identifier: Apache-2.0

/// What a retry topic's header says of a notification, in one word: `attempts` of `Action.requeue`, `Notification.previousAttempts`.
///
///     bits  0–7    the place on its way: attempts on its channel, and the limit of attempts for each channel already left
///           8–9    how often it came back from the dead letters
///           10     the app took it
///           11     its collapse key was noted when it left
///           12     nobody knows whether a provider took an attempt
///           13–18  1 + the place in its route of the last attempt's provider; 0: not known
///           19–40  1 + how long after its creation it came to its channel; 0: not known
///           41–62  1 + how long after its creation it came to that provider; 0: not known
///
/// Times are in units of 2²⁶ ns (67 ms) and end at 78 hours. They and the provider are there only where the policy has nested
/// deadlines.
struct RetryTopicHeader: RawRepresentable, BitwiseCopyable {
    var rawValue: UInt64

    static let unit: Int64 = 26
    private static let timeMask: UInt64 = (1 << 22) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(place: UInt8, replays: UInt8) { rawValue = UInt64(place) | UInt64(min(replays, 3)) << 8 }

    var place: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
    var replays: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8 & 3) }

    /// Nobody has sent it before.
    @inline(__always) var isFresh: Bool { rawValue & 0x3FF == 0 }

    var acceptedInApp: Bool {
        get { rawValue & 1 << 10 != 0 }
        set { set(10, newValue) }
    }
    var isKeyNoted: Bool {
        get { rawValue & 1 << 11 != 0 }
        set { set(11, newValue) }
    }
    var isUnsure: Bool {
        get { rawValue & 1 << 12 != 0 }
        set { set(12, newValue) }
    }

    private mutating func set(_ bit: UInt64, _ value: Bool) {
        rawValue = rawValue & ~(1 << bit) | (value ? 1 << bit : 0)
    }

    /// In the route; nil: not known.
    var provider: Int32? {
        get {
            let field = rawValue >> 13 & 63
            return field == 0 ? nil : Int32(field) - 1
        }
        set { rawValue = rawValue & ~(63 << 13) | UInt64(newValue.map { min(max(0, $0), 62) + 1 } ?? 0) << 13 }
    }

    /// When it came to its channel, in nanoseconds; nil: not known.
    func channelSince(created: Int64) -> Int64? { time(19, created) }
    /// When it came to its last provider, in nanoseconds; nil: not known.
    func providerSince(created: Int64) -> Int64? { time(41, created) }

    mutating func setChannelSince(_ time: Int64, created: Int64) { setTime(19, time, created) }
    mutating func setProviderSince(_ time: Int64, created: Int64) { setTime(41, time, created) }

    private func time(_ shift: UInt64, _ created: Int64) -> Int64? {
        let field = rawValue >> shift & Self.timeMask
        return field == 0 ? nil : created &+ Int64(field - 1) << Self.unit
    }

    private mutating func setTime(_ shift: UInt64, _ time: Int64, _ created: Int64) {
        let age = UInt64(max(0, time &- created)) >> UInt64(Self.unit)
        rawValue = rawValue & ~(Self.timeMask << shift) | min(age + 1, Self.timeMask) << shift
    }
}
