// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct SuppressionRecordTests {
    private let policy = SuppressionPolicy()
    private let day = Interval.hours(24)

    @Test("one strike keeps a recipient out for seven days, a second one for good")
    func twoStrikes() {
        let start = Instant.zero + day
        let first = SuppressionRecord.after(nil, at: start)
        #expect(first.strikes == 1)
        #expect(first.forbids(at: start, policy))
        #expect(first.forbids(at: start + policy.graylist - .milliseconds(1), policy))
        #expect(!first.forbids(at: start + policy.graylist, policy))
        let second = SuppressionRecord.after(first, at: start + .hours(8 * 24))
        #expect(second.strikes == 2)
        #expect(second.forbids(at: start + .hours(300 * 24), policy))
        #expect(policy.graylist == .hours(168))
    }

    @Test("an entry keeps strikes and time to the millisecond; 0 is no record")
    func coding() {
        for strikes in [1, 2, 7] {
            for milliseconds in [0, 1, 1_700_000_000_000] as [Int64] {
                let record = SuppressionRecord(strikes: strikes, last: .zero + .milliseconds(milliseconds))
                #expect(SuppressionRecord(record.value) == record)
            }
        }
        #expect(SuppressionRecord(0) == nil)
    }

    @Test("entries merge by the greater: more strikes first, then the later one")
    func merging() {
        let early = SuppressionRecord(strikes: 1, last: .zero + day)
        let late = SuppressionRecord(strikes: 1, last: .zero + day + .seconds(1))
        let twice = SuppressionRecord(strikes: 2, last: .zero + .seconds(5))
        #expect(early.value < late.value && late.value < twice.value)
    }
}

struct PermanenceGuardTests {
    @Test("single permanent answers are believed, a wave of them is not once its share is reached")
    func wave() {
        var permanence = PermanenceGuard(SuppressionPolicy())
        var now: Int64 = 0
        for number in 0..<10_000 {
            now += 10_000_000
            #expect(permanence.record(isPermanent: number % 50 == 0, at: now) == true, "2 % is life")
        }
        var believed = 0
        for _ in 0..<6_000 {
            now += 10_000_000
            if permanence.record(isPermanent: true, at: now) { believed += 1 }
        }
        // A window holds 6,000 answers, 2 % of them permanent before: up to 10 % in all.
        #expect(believed > 400 && believed <= 600)
        #expect(permanence.isTripped)
        #expect(permanence.disbelieved == 6_000 - Int64(believed))
        for _ in 0..<7_000 {
            now += 10_000_000
            permanence.record(isPermanent: false, at: now)
        }
        #expect(!permanence.isTripped)
        #expect(permanence.record(isPermanent: true, at: now) == true)
        permanence.deallocate()
    }

    @Test("few answers prove nothing")
    func minimum() {
        var permanence = PermanenceGuard(SuppressionPolicy())
        for _ in 0..<99 { #expect(permanence.record(isPermanent: true, at: 1) == true) }
        #expect(permanence.record(isPermanent: true, at: 1) == false)
        #expect(permanence.record(isPermanent: true, at: 60_000_000_001 * 3) == true, "another window")
        permanence.deallocate()
    }

    @Test("it agrees with a list of answers by bucket", arguments: 1...20)
    func agreesWithModel(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var policy = SuppressionPolicy(ceilingMicros: 300_000, window: .seconds(10), minimumAnswers: 20)
        policy.strikes = 2
        var permanence = PermanenceGuard(policy)
        var answers: [(bucket: Int64, isPermanent: Bool)] = []
        var now: Int64 = 0
        for _ in 0..<2_000 {
            now += Int64(random.below(random.chance(2) ? 12_000_000_000 : 200_000_000))
            let bucket = now / 1_000_000_000
            let isPermanent = random.chance(now / 20_000_000_000 % 2 == 0 ? 10 : 60)
            answers.append((bucket, isPermanent))
            answers.removeAll { $0.bucket <= bucket - 10 }
            let permanent = answers.count { $0.isPermanent }
            let tripped = answers.count >= 20 && permanent * 1_000_000 > 300_000 * answers.count
            #expect(permanence.record(isPermanent: isPermanent, at: now) == !(isPermanent && tripped))
            #expect(permanence.isTripped == tripped)
        }
        permanence.deallocate()
    }
}
