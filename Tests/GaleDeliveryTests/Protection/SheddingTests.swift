// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct SheddingTests {
    private let second: Int64 = 1_000_000_000

    /// Lets a window of 2,000 notifications pass, a quarter each of the priorities 0 to 3.
    ///
    /// - Returns: those let in, by priority.
    private func window(_ control: inout AdmissionControl, delay: Int64, _ random: inout SplitMix) -> [Int] {
        var admitted = [0, 0, 0, 0]
        for index in 0..<2_000
        where control.admits(
            Priority.allCases[index % 4], key: random.next(), delay: delay, at: 0)
        {
            admitted[index % 4] += 1
        }
        return admitted
    }

    @Test("each window of overload lets in 5 % fewer, the least important first; each one without lets in 1 % more")
    func windows() {
        var random = SplitMix(seed: 1)
        var control = AdmissionControl(SheddingPolicy.Admission(sparedPriorities: 0))
        defer { control.deallocate() }
        #expect(window(&control, delay: 20_000_001, &random) == [500, 500, 500, 500])
        var expected = 1_900.0
        for _ in 0..<14 {
            let admitted = window(&control, delay: 20_000_001, &random)
            // The next window's shares are not quite the last one's.
            #expect(abs(Double(admitted.reduce(0, +)) - expected) < 120)
            for priority in 1..<4 where admitted[priority] > 0 { #expect(admitted[priority - 1] == 500) }
            expected = Double(admitted.reduce(0, +)) * 0.95
        }
        #expect(control.open.priorities < 3)
        let low = window(&control, delay: 20_000_000, &random).reduce(0, +)
        var high = low
        for _ in 0..<60 { high = window(&control, delay: 20_000_000, &random).reduce(0, +) }
        #expect(high > low + 500)
        for _ in 0..<60 { high = window(&control, delay: 20_000_000, &random).reduce(0, +) }
        #expect(high == 2_000, "everything again")
    }

    @Test("spared priorities are let in however long the overload lasts; without overload all are")
    func spared() {
        var random = SplitMix(seed: 2)
        var control = AdmissionControl(SheddingPolicy.Admission())
        defer { control.deallocate() }
        for _ in 0..<50 { #expect(window(&control, delay: 0, &random) == [500, 500, 500, 500]) }
        for _ in 0..<400 { #expect(window(&control, delay: second, &random)[0] == 500) }
        #expect(window(&control, delay: second, &random) == [500, 0, 0, 0])
    }

    @Test("copies of one notification fare alike within a window, and a quiet time opens everything again")
    func copies() {
        var random = SplitMix(seed: 3)
        var control = AdmissionControl(SheddingPolicy.Admission(windowNotifications: 1_000_000, sparedPriorities: 0))
        defer { control.deallocate() }
        var now: Int64 = 0
        for _ in 0..<20 {
            for _ in 0..<500 { _ = control.admits(.critical, key: random.next(), delay: second, at: now) }
            now += second
        }
        var shed: UInt64?
        for key in 0..<1_000 as Range<UInt64>
        where !control.admits(.critical, key: key, delay: second, at: now) { shed = key }
        guard let shed else {
            Issue.record("something is shed")
            return
        }
        #expect(control.admits(.critical, key: shed, delay: 0, at: now) == false)
        // Nobody in the window that ends now waited long, and next to nobody came.
        for _ in 0..<200 {
            now += second
            _ = control.admits(.low, key: 0, delay: 0, at: now)
        }
        #expect(control.admits(.low, key: shed, delay: 0, at: now) == true)
    }

    @Test(
        "a call is made when the usual latency's share is left, and once a second to look whether it still is so long")
    func latency() {
        var estimate = LatencyEstimate()
        #expect(estimate.canMeet(1, shareMicros: 1_000_000, at: 0) == true, "nothing is known yet")
        estimate.record(800_000_000, at: 0)
        #expect(estimate.smoothed == 800_000_000)
        estimate.record(1_600_000_000, at: 0)
        #expect(estimate.smoothed == 900_000_000, "7/8 of the old, 1/8 of the new")
        #expect(estimate.canMeet(900_000_000, shareMicros: 1_000_000, at: 1) == true)
        #expect(estimate.canMeet(899_999_999, shareMicros: 1_000_000, at: 1) == false)
        #expect(estimate.canMeet(450_000_000, shareMicros: 500_000, at: 1) == true)
        #expect(estimate.canMeet(1, shareMicros: 1_000_000, at: second - 1) == false)
        #expect(estimate.canMeet(1, shareMicros: 1_000_000, at: second) == true)
        #expect(estimate.canMeet(1, shareMicros: 1_000_000, at: second + 1) == false)
    }
}
