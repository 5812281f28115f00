// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct OffsetTrackerTests {
    @Test("what may be committed stops at the first record that isn't done, and jumps when that is")
    func stopsAtHole() {
        var tracker = OffsetTracker(start: 100)
        for offset in 100..<110 as Range<Int64> { tracker.begin(offset) }
        for offset in [101, 102, 103, 109] as [Int64] { #expect(tracker.complete(offset) == true) }
        #expect(tracker.committable == 100)
        #expect(tracker.complete(100) == true)
        #expect(tracker.committable == 104)
        for offset in 104..<109 as Range<Int64> { tracker.complete(offset) }
        #expect(tracker.committable == 110)
        #expect(tracker.outstanding == 0 && tracker.span == 0)
    }

    @Test("a record is done once")
    func once() {
        var tracker = OffsetTracker()
        tracker.begin(0)
        tracker.begin(1)
        #expect(tracker.complete(1) == true)
        #expect(tracker.complete(1) == false)
        #expect(tracker.complete(2) == false)
        #expect(tracker.complete(0) == true)
        #expect(tracker.complete(0) == false)
    }

    @Test("offsets that the log leaves out are done")
    func gaps() {
        var tracker = OffsetTracker()
        tracker.begin(5)
        #expect(tracker.committable == 5)
        tracker.begin(300)
        tracker.begin(301)
        tracker.complete(5)
        #expect(tracker.committable == 300)
        tracker.complete(301)
        tracker.complete(300)
        #expect(tracker.committable == 302)
    }

    @Test("it agrees with a set of offsets", arguments: 1...40)
    func agreesWithModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let start = Int64(random.below(1_000))
        var tracker = OffsetTracker(start: start)
        var open: [Int64] = []
        var begun: Int64 = start
        for _ in 0..<3_000 {
            if open.isEmpty || random.chance(random.chance(50) ? 55 : 45) {
                let offset = begun + (random.chance(5) ? Int64(random.below(random.chance(10) ? 1 << 40 : 200)) : 0)
                tracker.begin(offset)
                open.append(offset)
                begun = offset + 1
            } else {
                // Old ones seldom: so the window grows over many words.
                let place = random.chance(90) ? open.count - 1 - random.below(min(8, open.count)) : 0
                #expect(tracker.complete(open.remove(at: place)) == true)
            }
            #expect(tracker.committable == open.min() ?? begun)
            #expect(tracker.outstanding == open.count)
            #expect(tracker.end == begun)
        }
        for offset in open {
            #expect(tracker.isDone(offset) == false)
            tracker.complete(offset)
        }
        #expect(tracker.committable == begun)
    }

    @Test("a gap of a billion offsets behind an open record costs neither time nor memory, and is done")
    func wideGaps() {
        var tracker = OffsetTracker()
        let far: Int64 = 1 << 40
        tracker.begin(0)
        for number in 1...1_000 as ClosedRange<Int64> { tracker.begin(number * far) }
        #expect(tracker.isDone(5) && tracker.isDone(far - 1) && tracker.isDone(7 * far + 1))
        #expect(!tracker.isDone(0) && !tracker.isDone(far) && !tracker.isDone(1_000 * far))
        #expect(!tracker.complete(5) && !tracker.complete(7 * far + 1))
        #expect(tracker.complete(far) == true && tracker.committable == 0)
        #expect(tracker.complete(0) == true && tracker.committable == 2 * far)
        for number in 3...1_000 as ClosedRange<Int64> { tracker.complete(number * far) }
        #expect(tracker.committable == 2 * far && tracker.outstanding == 1)
        tracker.complete(2 * far)
        #expect(tracker.committable == 1_000 * far + 1 && tracker.span == 0)
    }
}
