// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives

/// What a pipeline's windows were like before the first fault: the worst of them, with some room, is what *steady* means.
///
/// A window of ten seconds is steady when as much is delivered of what is sent, as few notifications are in the system, they
/// take as little time, and as few attempts are made for each, as in the windows before the first fault. The first tenth of the
/// time before the fault is warm-up, and left out; so are bursts of the load.
struct SteadyState {
    /// One window, which ends with a slot.
    struct Window {
        /// Notifications meant to be sent in it.
        var offered: Double
        /// First deliveries in it, by the clock.
        var delivered: Double
        /// Attempts in it, by the clock.
        var attempts: Double
        /// Notifications in the system at its end.
        var unsettled: Double
        /// And at its begin.
        var unsettledBefore: Double
        /// The 90th percentile of what was meant to be sent in it, seconds; infinite: it falls on one that was not delivered.
        var latency: Double?
        var seconds: Double

        /// Whether more came to be in the system than chance explains: three standard deviations of a Poisson number.
        var grows: Bool {
            unsettled - unsettledBefore > growth * offered + 3 * offered.squareRoot() + fewNotifications
        }
    }

    /// In what a window is not as it was.
    enum Sign: String { case delivered, unsettled = "in the system", latency, attempts }

    /// One such thing, in words.
    struct Deviation {
        var sign: Sign
        var text: String

        init(_ sign: Sign, _ text: String) {
            self.sign = sign
            self.text = text
        }
    }

    /// Room above, and below, what was seen before: a quarter and a tenth.
    static let roomAbove = 1.25
    static let roomBelow = 0.9
    /// And so many notifications, which chance alone may bring.
    static let fewNotifications = 5.0
    /// What grows by this share of what is offered, in every window, is not steady: more is sent than can be delivered.
    static let growth = 0.05

    private(set) var share = Double.infinity
    private(set) var unsettled = 0.0
    private(set) var usualUnsettled = 0.0
    private(set) var latency = 0.0
    private(set) var attempts = 0.0
    private(set) var offered = (least: Double.infinity, most: 0.0)

    /// nil: there is no window, nothing was sent, or more and more was in the system: in every window, or from first to last.
    init?(_ windows: [Window]) {
        let loaded = Self.withoutBursts(windows.filter { $0.offered > 0 })
        guard let last = loaded.last, !Self.grows(loaded, by: last.offered / last.seconds) else { return nil }
        if loaded.allSatisfy(\.grows) { return nil }
        for window in loaded {
            share = min(share, window.delivered / window.offered)
            unsettled = max(unsettled, window.unsettled)
            latency = max(latency, window.latency ?? 0)
            attempts = max(attempts, window.attempts / window.offered)
            offered.least = min(offered.least, window.offered)
            offered.most = max(offered.most, window.offered)
        }
        share = min(share, 1)
        usualUnsettled = loaded.map(\.unsettled).sorted()[loaded.count / 2]
    }

    /// Whether there was always more in the system: at the end, by the median of a quarter of the windows, twice what there was at the
    /// beginning, and a second's load.
    private static func grows(_ windows: [Window], by second: Double) -> Bool {
        let quarter = (windows.count + 3) / 4
        func usual(_ some: ArraySlice<Window>) -> Double { some.map(\.unsettled).sorted()[quarter / 2] }
        return usual(windows.suffix(quarter)) > 2 * usual(windows.prefix(quarter)) + second + fewNotifications
    }

    /// Without windows of much more load than most have: a campaign that begins before the fault is no steady state. Where most have
    /// more, there is none to tell.
    private static func withoutBursts(_ windows: [Window]) -> [Window] {
        let usual = windows.map(\.offered).sorted()
        guard !usual.isEmpty else { return [] }
        let median = usual[(usual.count - 1) / 2]
        func isBurst(_ window: Window) -> Bool { window.offered > roomAbove * median + chance(median) }
        let full = windows.filter { !isBurst($0) }.map(\.unsettled).sorted()
        guard !full.isEmpty else { return [] }
        // What a burst has left behind is worked off for a while.
        let usualUnsettled = roomAbove * full[(full.count - 1) / 2] + fewNotifications + chance(median)
        var isAfterBurst = false
        return windows.filter { window in
            if isBurst(window) {
                isAfterBurst = true
            } else if window.unsettled <= usualUnsettled {
                isAfterBurst = false
            }
            return !isAfterBurst
        }
    }

    /// Three standard deviations of a Poisson number.
    private static func chance(_ mean: Double) -> Double { 3 * mean.squareRoot() }

    /// Whether the load is what it was: a window with more or less of it says nothing about recovery.
    func isLoaded(_ window: Window) -> Bool {
        let chance = Self.chance(offered.most)
        return window.offered > 0 && window.offered >= Self.roomBelow * offered.least - chance
            && window.offered <= offered.most / Self.roomBelow + chance
    }

    /// What a window delivers, of what it would by the least share of the windows before.
    func deliveredShare(of window: Window) -> Double {
        let usual = share * window.offered
        return usual > 0 ? window.delivered / usual : 1
    }

    /// Attempts per notification in a window, as a multiple of the most in the windows before.
    func attemptsFactor(of window: Window) -> Double {
        let usual = attempts * window.offered
        return usual > 0 ? window.attempts / usual : 1
    }

    /// What is not as it was, in words; empty: the window is steady.
    func deviations(of window: Window) -> [Deviation] {
        var found: [Deviation] = []
        if window.delivered + Self.fewNotifications < Self.roomBelow * share * window.offered {
            found.append(
                Deviation(.delivered, "delivered \(rate(window.delivered, window)) of \(rate(window.offered, window))"))
        }
        if window.unsettled > Self.roomAbove * unsettled + Self.fewNotifications + 0.1 * window.offered / window.seconds
        {
            found.append(
                Deviation(
                    .unsettled,
                    "\(Readable.count(window.unsettled)) in the system, at most \(Readable.count(unsettled)) before"))
        }
        if let now = window.latency, latency.isFinite, now > 1.5 * latency + 0.1 {
            found.append(
                Deviation(
                    .latency,
                    "p90 latency \(now.isFinite ? Readable.time(now) : "inf"), at most \(Readable.time(latency)) before"
                ))
        }
        if window.attempts > Self.roomAbove * attempts * window.offered + Self.fewNotifications {
            found.append(
                Deviation(
                    .attempts,
                    "\(Readable.significant(window.attempts / window.offered)) attempts per notification, at most "
                        + "\(Readable.significant(attempts)) before"))
        }
        return found
    }

    private func rate(_ count: Double, _ window: Window) -> String {
        Readable.significant(count / window.seconds) + "/s"
    }
}
