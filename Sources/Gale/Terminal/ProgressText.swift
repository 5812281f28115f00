// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GalePrimitives

/// The words of the live line: simulated time, time left, speed, backlog, messages per second.
package struct ProgressText {
    /// Simulated seconds per wall second, of late.
    private var speed = 0.0
    private var last: RunProgress?

    package init() {}

    package mutating func line(_ progress: RunProgress) -> String {
        note(progress)
        let wall = max(progress.wallSeconds, 1e-9)
        let average = progress.now.nanoseconds == 0 ? 0 : Interval(nanoseconds: progress.now.nanoseconds).seconds / wall
        let isDraining = progress.now >= progress.loadEnds
        // What matters most comes first: a narrow terminal cuts the rest off.
        var parts = ["\(clock(progress.now)) of \(clock(isDraining ? progress.end : progress.loadEnds))"]
        if isDraining {
            parts.append("draining, \(short(Double(progress.unsettled))) unsettled")
        } else if speed > 0 {
            let left = (progress.loadEnds - progress.now).seconds / speed
            parts.append("\(Readable.time(left.rounded(.up))) left")
        }
        parts += [
            "\(Readable.significant(average))× real time", "backlog \(short(Double(progress.backlog)))",
            "\(short(Double(progress.submitted) / wall)) messages/s",
        ]
        return parts.joined(separator: " · ")
    }

    private mutating func note(_ progress: RunProgress) {
        defer { last = progress }
        let since = last?.now ?? .zero
        let wall = progress.wallSeconds - (last?.wallSeconds ?? 0)
        guard wall > 0 else { return }
        let now = (progress.now - since).seconds / wall
        speed = speed == 0 ? now : 0.7 * speed + 0.3 * now
    }

    /// `1:02.3`
    private func clock(_ instant: Instant) -> String {
        let tenths = instant.nanoseconds / 100_000_000
        let seconds = tenths / 10 % 60
        return "\(tenths / 600):\(seconds < 10 ? "0" : "")\(seconds).\(tenths % 10)"
    }

    /// `312k`, `1.25M`
    private func short(_ value: Double) -> String {
        if value < 1_000 { return Readable.significant(value.rounded()) }
        if value < 999_500 { return Readable.significant(value / 1e3) + "k" }
        if value < 999_500_000 { return Readable.significant(value / 1e6) + "M" }
        return Readable.significant(value / 1e9) + "G"
    }
}
