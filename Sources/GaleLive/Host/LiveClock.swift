// SPDX-License-Identifier: Apache-2.0
import Foundation
import GalePrimitives
import NIOCore

/// Real time as a dispatcher sees it: nanoseconds since the run began, never twice the same.
struct LiveClock {
    let start: NIODeadline
    /// The wall clock when the run began, milliseconds since 1970: APNs' time stamps and expirations count from there.
    let epochMilliseconds: Int64
    private var last: Int64 = -1

    init() {
        start = .now()
        epochMilliseconds = Int64(Date().timeIntervalSince1970 * 1000)
    }

    /// The wall clock.
    static var unixSeconds: Int64 { Int64(Date().timeIntervalSince1970) }

    /// Later than any instant it gave before, so that the order of inputs is the order of their times.
    mutating func next() -> Instant {
        last = max(last + 1, (NIODeadline.now() - start).nanoseconds)
        return Instant(nanoseconds: last)
    }

    var elapsed: Interval { Interval(nanoseconds: max(0, (NIODeadline.now() - start).nanoseconds)) }

    func deadline(_ instant: Instant) -> NIODeadline { start + .nanoseconds(instant.nanoseconds) }

    /// Milliseconds since 1970.
    func wall(_ instant: Instant) -> Int64 { epochMilliseconds + instant.nanoseconds / 1_000_000 }

    /// The instant of a wall-clock time; nil: further away than anyone may say.
    func instant(wall milliseconds: Int64) -> Instant? {
        let (since, overflow) = milliseconds.subtractingReportingOverflow(epochMilliseconds)
        let most = LogLimits.nanoseconds / 1_000_000
        if overflow || !(-most...most).contains(since) { return nil }
        return Instant(nanoseconds: since * 1_000_000)
    }
}
