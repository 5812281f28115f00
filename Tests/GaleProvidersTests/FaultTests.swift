// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import Testing

@Suite("Faults change decisions, or are inert")
struct FaultTests {
    private func capacity(_ micros: Int64, excess: ProviderProfile.Excess? = nil) -> ProviderFault {
        var fault = ProviderFault()
        fault.capacityMicros = micros
        fault.excess = excess
        return fault
    }

    @Test("a capacity fault without load is inert")
    func inertWithoutLoad() {
        var feed = Feed(plain(capacity: 10_000))
        feed.provider.begin(capacity(200_000), slot: 0, at: feed.now)
        #expect(feed.poisson(rate: 50, calls: 20_000, count: isChanged) == 0)
        feed.provider.end(slot: 0, at: feed.now)
        #expect(feed.poisson(rate: 50, calls: 20_000, count: isChanged) == 0)
    }

    @Test("a capacity fault under load refuses calls, and says that it was the one")
    func changesUnderLoad() {
        var feed = Feed(plain(capacity: 10_000))
        feed.provider.begin(capacity(200_000), slot: 5, at: feed.now)
        var refused = 0
        let changed = feed.poisson(rate: 8_000, calls: 20_000) { answer, _ in
            if !answer.accepted {
                refused += 1
                #expect(answer.decisionsChangedBy == 1 << 5)
            }
            return answer.decisionsChangedBy == 0 ? 0 : 1
        }
        #expect(refused > 12_000)
        #expect(changed >= refused)
    }

    @Test("what a fault left in line counts until it has drained, and nothing after that")
    func countsUntilDrained() {
        var feed = Feed(plain(capacity: 1_000, excess: .queue))
        feed.provider.begin(capacity(100_000), slot: 1, at: feed.now)
        for _ in 0..<1_000 { _ = feed.call(after: .milliseconds(2)) }
        feed.provider.end(slot: 1, at: feed.now)
        // 800 calls are in line; half the capacity is left for them: 1.6 s.
        var lastChanged = Instant.zero
        let end = feed.now
        var waits: [Interval] = []
        for _ in 0..<2_000 {
            let answer = feed.call(after: .milliseconds(2))
            if answer.decisionsChangedBy != 0 { lastChanged = feed.now }
            waits.append(answer.departs - feed.now - .milliseconds(10))
        }
        #expect(waits[0] > .milliseconds(795) && waits[0] < .milliseconds(800))
        #expect(feed.provider.isFree(slot: 1))
        #expect(lastChanged - end > .milliseconds(1_590) && lastChanged - end < .milliseconds(1_605))
    }

    @Test("the rate after a fault applies to what is in line, with the excess it had before")
    func overridesExcess() {
        var feed = Feed(plain(capacity: 1_000, maximumWait: .milliseconds(50), excess: .queue))
        let words = ProviderResponse(status: 429)
        feed.provider.begin(capacity(100_000, excess: .answer(words)), slot: 0, at: feed.now)
        var refused = 0
        for _ in 0..<1_000 where feed.call(after: .milliseconds(2)).response == words { refused += 1 }
        #expect(refused > 700)
        feed.provider.end(slot: 0, at: feed.now)
        for _ in 0..<1_000 { #expect(feed.call(after: .milliseconds(2)).accepted) }
    }

    @Test("faults compose, and each counts for itself")
    func compose() {
        var feed = Feed(plain(capacity: 1_000, latency: .constant(10_000_000)))
        var slow = ProviderFault()
        slow.latencyFactorMicros = 3_000_000
        feed.provider.begin(slow, slot: 0)
        feed.provider.begin(slow, slot: 1)
        feed.provider.begin(capacity(500_000), slot: 2)
        let answer = feed.call(after: .seconds(1))
        #expect(answer.departs - feed.now == .milliseconds(90))
        #expect(answer.decisionsChangedBy == 0b011)
        feed.provider.end(slot: 0)
        let next = feed.call(after: .seconds(1))
        #expect(next.departs - feed.now == .milliseconds(30))
        #expect(next.decisionsChangedBy == 0b010)
    }

    @Test("a slowness that nobody would notice is inert")
    func smallSlownessIsInert() {
        var feed = Feed(plain())
        var slow = ProviderFault()
        slow.latencyFactorMicros = 1_050_000
        feed.provider.begin(slow, slot: 0)
        #expect(feed.call().decisionsChangedBy == 0)
    }

    @Test("a blackout never answers, every call counts, and the provider is as idle as without them")
    func blackout() {
        var profile = plain(capacity: 100, maximumWait: .milliseconds(50))
        profile.quota = .init(
            count: 100, window: .hours(1), refillsAtOnce: false, response: ProviderResponse(status: 429))
        var feed = Feed(profile)
        var dark = ProviderFault()
        dark.blackout = true
        feed.provider.begin(dark, slot: 31, at: feed.now)
        for _ in 0..<1_000 {
            let answer = feed.call(after: .milliseconds(1))
            #expect(answer.departs == .distantFuture && answer.decided == .distantFuture && !answer.accepted)
            #expect(answer.decisionsChangedBy == 1 << 31)
        }
        feed.provider.end(slot: 31, at: feed.now)
        let answer = feed.call()
        #expect(answer.accepted && answer.departs - feed.now == .milliseconds(10))
        #expect(answer.decisionsChangedBy == 1 << 31, "without the blackout the quota would be used up")
    }

    @Test("without any capacity, excess is refused and a queue stands still until it comes back")
    func noCapacity() {
        var refusing = Feed(plain(capacity: 100))
        refusing.provider.begin(capacity(0), slot: 0, at: refusing.now)
        #expect(refusing.call().response.status == 503)
        var queueing = Feed(plain(capacity: 100, excess: .queue))
        queueing.provider.begin(capacity(0), slot: 0, at: queueing.now)
        for _ in 0..<10 { #expect(queueing.call(after: .seconds(1)).departs == .distantFuture) }
        queueing.provider.end(slot: 0, at: queueing.now)
        #expect(queueing.call().departs - queueing.now == .milliseconds(110))
    }

    @Test("with more errors the same calls fail and others with them; those that failed anyway fail in the same words")
    func monotoneSeverity() {
        let severities: [Int64] = [0, 1_000, 50_000, 51_000, 500_000, 999_999, 1_000_000]
        for seed in 1...5 as ClosedRange<UInt64> {
            var profile = plain()
            profile.outcomes = [
                .init(response: ProviderResponse(status: 500), micros: 20_000, layer: .call),
                .init(response: ProviderResponse(status: 410), micros: 30_000, layer: .recipient),
                .init(response: ProviderResponse(status: 502), micros: 10_000, layer: .call),
            ]
            var before: [ProviderResponse] = []
            for severity in severities {
                var feed = Feed(profile, seed: seed)
                var fault = ProviderFault()
                fault.errorMicros = severity
                fault.error = ProviderResponse(status: 503)
                feed.provider.begin(fault, slot: 0)
                var responses: [ProviderResponse] = []
                var changed = 0
                for index in 0..<2_000 {
                    let answer = feed.call()
                    responses.append(answer.response)
                    if !before.isEmpty, before[index].status != 200 {
                        #expect(!answer.accepted, "a call that failed at a lower severity succeeds at \(severity)")
                        if before[index].status == 500 || before[index].status == 502 {
                            #expect(answer.response == before[index])
                        }
                    }
                    #expect((answer.response.status == 503) == (answer.decisionsChangedBy == 1))
                    changed += answer.decisionsChangedBy == 1 ? 1 : 0
                }
                let expected = Double(severity) / 1e6 * 0.97 * 2_000
                #expect(abs(Double(changed) - expected) < 5 * expected.squareRoot() + 1)
                before = responses
            }
        }
    }

    @Test("an error that a fault does not name is the dialect's own")
    func namelessError() {
        var feed = Feed(plain())
        var fault = ProviderFault()
        fault.errorMicros = 1_000_000
        feed.provider.begin(fault, slot: 0)
        let response = feed.call().response
        #expect(response.status == 500 && response.reason.text == "InternalServerError")
    }
}
