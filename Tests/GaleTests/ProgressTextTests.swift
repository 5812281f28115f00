// SPDX-License-Identifier: GPL-3.0-or-later
import Gale
import GaleExperiments
import GalePrimitives
import Testing

@Suite struct ProgressTextTests {
    private func progress(at seconds: Int64, wall: Double, submitted: Int64 = 150_000, unsettled: Int64 = 12)
        -> RunProgress
    {
        RunProgress(
            now: .zero + .seconds(seconds), loadEnds: .zero + .minutes(3), end: .zero + .minutes(5), wallSeconds: wall,
            submitted: submitted, unsettled: unsettled, backlog: 1_234_567, events: 0)
    }

    @Test("while load is offered: simulated time, time left, speed, backlog, messages per second")
    func load() {
        var text = ProgressText()
        #expect(
            text.line(progress(at: 60, wall: 30))
                == "1:00.0 of 3:00.0 · 60 s left · 2× real time · backlog 1.23M · 5k messages/s")
    }

    @Test("while it drains: how much is unsettled")
    func drain() {
        var text = ProgressText()
        #expect(
            text.line(progress(at: 200, wall: 100))
                == "3:20.0 of 5:00.0 · draining, 12 unsettled · 2× real time · backlog 1.23M · 1.5k messages/s")
    }

    @Test("time left follows the speed of late, not the average alone")
    func slowing() {
        var text = ProgressText()
        _ = text.line(progress(at: 60, wall: 1))
        for second in 1...40 { _ = text.line(progress(at: 60 + Int64(second), wall: 1 + Double(second) * 10)) }
        let line = text.line(progress(at: 101, wall: 411))
        #expect(line.contains(" · 13.2 min left · "), "\(line)")
    }
}
