// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import Testing

/// What the observers count with, fed by hand.
@Suite struct MeterTests {
    private let second: Int64 = 1_000_000_000

    @Test("a rate's burst may come at once, and one more may not")
    func burst() {
        var meter = RateMeter(ratePerSecondMicros: 10_000_000, burst: 5)
        for _ in 0..<5 {
            let outcome1 = meter.record(at: 0)
            #expect(outcome1)
        }
        var other = meter
        let outcome2 = meter.record(at: 0)
        #expect(!outcome2)
        #expect(meter.excess == 1)
        let outcome3 = other.record(at: second / 10 - 1)
        #expect(!outcome3, "the next is due a tenth of a second later")
    }

    @Test("every window counts: a limiter that starts anew each second lets twice its rate through at the border")
    func borders() {
        var meter = RateMeter(ratePerSecondMicros: 100_000_000, burst: 100)
        var held = true
        for event in 0..<100 { held = meter.record(at: second - 1_000 + Int64(event)) && held }
        #expect(held)
        for event in 0..<100 { held = meter.record(at: second + Int64(event)) && held }
        #expect(!held)
    }

    @Test(
        "what keeps to the rate to the nanosecond is never accused, for any rate",
        arguments: [1, 3, 7, 80_000] as [Int64])
    func conforming(rate: Int64) {
        var meter = RateMeter(ratePerSecondMicros: rate * 1_000_000, burst: 1)
        for event in 0..<10_000 as Range<Int64> {
            let holds = meter.record(at: event * ((second + rate - 1) / rate))
            #expect(holds)
        }
    }

    @Test("retries within the share of first attempts and the reserve are allowed, and one more is not")
    func retries() {
        let meter = RetryMeter(RetryBudgetPolicy(ratioMicros: 200_000, window: .seconds(10), reservePerSecond: 1))
        defer { meter.deallocate() }
        var fed = meter
        for _ in 0..<100 { fed.first(at: second) }
        for _ in 0..<30 {
            let outcome4 = fed.retry(at: 2 * second)
            #expect(outcome4 == nil, "20 % of 100, and 10 in reserve")
        }
        let beyond = fed.retry(at: 2 * second)
        #expect(beyond?.retries == 31 && beyond?.allowed == 30)
    }

    @Test("a retry counts when it was paid for, and what is told late is seen in the window that it belongs to")
    func late() {
        var meter = RetryMeter(RetryBudgetPolicy(ratioMicros: 0, window: .seconds(10), reservePerSecond: 1))
        defer { meter.deallocate() }
        let (early, later) = (meter.slice(at: 3 * second), meter.slice(at: 11 * second))
        for _ in 0..<9 {
            let outcome = meter.retry(at: 40 * second, decidedIn: early)
            #expect(outcome == nil)
        }
        let last = meter.retry(at: 41 * second, decidedIn: later)
        #expect(last == nil)
        // Together in the window from the third second to the eleventh.
        let beyond = meter.retry(at: 42 * second, decidedIn: meter.slice(at: 7 * second))
        #expect(beyond?.retries == 11 && beyond?.allowed == 10)
        let now = meter.retry(at: 42 * second)
        #expect(now == nil)
        let forgotten = meter.retry(at: 500 * second, decidedIn: early)
        #expect(forgotten == nil)
    }

    @Test("a budget forgets: first attempts older than its window allow nothing")
    func forgotten() {
        var meter = RetryMeter(RetryBudgetPolicy(ratioMicros: 1_000_000, window: .seconds(10), reservePerSecond: 0))
        defer { meter.deallocate() }
        for _ in 0..<10 { meter.first(at: 0) }
        let outcome5 = meter.retry(at: 9 * second)
        #expect(outcome5 == nil)
        let outcome6 = meter.retry(at: 12 * second)
        #expect(outcome6 != nil)
    }

    @Test("a replica that starts again has a new budget")
    func reset() {
        var meter = RetryMeter(RetryBudgetPolicy(ratioMicros: 0, window: .seconds(10), reservePerSecond: 1))
        defer { meter.deallocate() }
        for _ in 0..<10 {
            let outcome7 = meter.retry(at: 0)
            #expect(outcome7 == nil)
        }
        let outcome8 = meter.retry(at: 0)
        #expect(outcome8 != nil)
        meter.reset()
        let outcome9 = meter.retry(at: 0)
        #expect(outcome9 == nil)
    }

    @Test("money comes back in its own period only, and each period has its own")
    func money() {
        var meter = SpendingMeter(budget: 100, length: second)
        let outcome10 = meter.pay(60, at: 0)
        #expect(outcome10)
        let outcome11 = meter.pay(40, at: 1)
        #expect(outcome11)
        let outcome12 = meter.pay(0, at: 2)
        #expect(outcome12, "what is free is always within the budget")
        let outcome13 = meter.pay(1, at: 3)
        #expect(!outcome13)
        meter.payBack(31, from: 0, at: 4)
        let outcome14 = meter.pay(30, at: 5)
        #expect(outcome14)
        let outcome15 = meter.pay(100, at: second)
        #expect(outcome15)
        meter.payBack(100, from: 0, at: second)
        let outcome16 = meter.pay(1, at: second)
        #expect(!outcome16)
    }

    @Test("tenants in turns are fair, and one who is served again and again while another waits is not")
    func turns() {
        var fair = TurnMeter(bound: 3)
        for tenant in [1, 2, 3] as [UInt32] { for _ in 0..<50 { fair.waits(tenant) } }
        for _ in 0..<50 {
            for tenant in [1, 2, 3] as [UInt32] {
                fair.leaves(tenant)
                let outcome17 = fair.serves(tenant)
                #expect(outcome17 == nil)
            }
        }
        var unfair = TurnMeter(bound: 3)
        for _ in 0..<10 { unfair.waits(1) }
        unfair.waits(2)
        var passed: [UInt32] = []
        for _ in 0..<10 {
            unfair.leaves(1)
            if let tenant = unfair.serves(1) { passed.append(tenant) }
        }
        #expect(passed.count == 7 && passed.allSatisfy { $0 == 2 })
    }

    @Test("nobody is passed over who does not wait, or has come only now")
    func newcomers() {
        var meter = TurnMeter(bound: 3)
        for _ in 0..<20 { meter.waits(1) }
        for _ in 0..<10 {
            meter.leaves(1)
            let outcome18 = meter.serves(1)
            #expect(outcome18 == nil)
        }
        meter.waits(2)
        for _ in 0..<3 {
            meter.leaves(1)
            let outcome19 = meter.serves(1)
            #expect(outcome19 == nil, "what came before the newcomer does not count")
        }
        meter.leaves(2)
        meter.leaves(1)
        let outcome20 = meter.serves(1)
        #expect(outcome20 == nil)
    }

    @Test(
        "quiet hours are those of the wall, over midnight, on the quiet channels, below the urgency that bypasses them")
    func quiet() throws {
        let berlin = try #require(TimeZoneTable.iana.zone(named: "Europe/Berlin"))
        // 28 March 2026, 20:30 in Berlin; in the night the clock is put forward.
        let hours = QuietHours(begin: 21 * 60, end: 8 * 60, channels: [.push], bypass: .critical, epoch: 1_774_726_200)
        let quiet = QuietTime(hours)
        func forbids(_ minutes: Int64, _ channel: Channel = .push, _ priority: Priority = .normal) -> Bool {
            quiet.forbids(channel, priority, zone: berlin, at: minutes * 60 * second)
        }
        #expect(quiet.minute(in: berlin, at: 0) == 20 * 60 + 30)
        #expect(!forbids(29))
        #expect(forbids(30))
        // Half past seven: the hour from two to three is not there.
        #expect(quiet.minute(in: berlin, at: 600 * 60 * second) == 7 * 60 + 30)
        #expect(forbids(629))
        #expect(!forbids(630))
        #expect(!forbids(60, .email))
        #expect(!forbids(60, .push, .critical))
        #expect(!QuietTime(QuietHours(begin: 60, end: 60)).forbids(.push, .normal, zone: berlin, at: 0))
    }
}
