// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import Testing

@Suite("What calls and recipients answer")
struct OutcomeTests {
    private let gone = ProviderResponse(status: 410)

    @Test("the same recipient is unregistered at every call, and at every provider of the dialect")
    func persistentRecipients() {
        var profile = plain()
        profile.outcomes = [.init(response: gone, micros: 100_000, layer: .recipient)]
        var first = Feed(profile, index: 0), second = Feed(profile, index: 7)
        var count = 0
        for recipient in 0..<5_000 as Range<UInt64> {
            let isGone = first.call(recipient: recipient).response.status == 410
            count += isGone ? 1 : 0
            for attempt in 2...4 as ClosedRange<UInt32> {
                #expect((first.call(recipient: recipient, attempt: attempt).response.status == 410) == isGone)
            }
            #expect((second.call(recipient: recipient).response.status == 410) == isGone)
        }
        #expect(abs(count - 500) < 110)
    }

    @Test("APNs' 410 says since when the token has been invalid, as its outcome or fault says; nobody else's does")
    func timeStamps() {
        var profile = plain()
        profile.outcomes = [.init(response: gone, micros: 1_000_000, layer: .recipient, knownFor: .hours(2))]
        var feed = Feed(profile)
        let answer = feed.call(recipient: 1)
        #expect(answer.response.invalidSince.map { answer.departs - $0 } ?? .zero >= .hours(2))
        #expect(answer.response.invalidSince.map { answer.departs - $0 } ?? .zero < .hours(2) + .seconds(10))
        var fault = ProviderFault()
        fault.errorMicros = 1_000_000
        fault.error = gone
        fault.errorKnownFor = .minutes(5)
        var well = Feed(plain())
        well.provider.begin(fault, slot: 0)
        let wrong = well.call(recipient: 1)
        #expect(wrong.response.invalidSince.map { wrong.departs - $0 } ?? .zero >= .minutes(5))
        fault.error = ProviderResponse(status: 400)
        well.provider.end(slot: 0)
        well.provider.begin(fault, slot: 1)
        #expect(well.call(recipient: 1).response.invalidSince == nil)
        profile.dialect = .fcm
        var other = Feed(profile)
        #expect(other.call(recipient: 1).response.invalidSince == nil)
    }

    @Test("the outcome of a call is drawn anew for each attempt, and at its rate")
    func callsAreIndependent() {
        var profile = plain()
        profile.outcomes = [.init(response: ProviderResponse(status: 500), micros: 300_000, layer: .call)]
        var feed = Feed(profile)
        var both = 0, one = 0
        for key in 0..<10_000 as Range<UInt64> {
            let first = feed.call(key: key, attempt: 1).accepted, second = feed.call(key: key, attempt: 2).accepted
            if !first { one += 1 }
            if !first, !second { both += 1 }
        }
        #expect(abs(one - 3_000) < 250)
        #expect(abs(both - 900) < 150)
    }

    @Test("what a provider takes in other words is taken as well")
    func otherSuccess() {
        var profile = plain()
        profile.outcomes = [.init(response: ProviderResponse(status: 202), micros: 1_000_000, layer: .recipient)]
        var feed = Feed(profile)
        #expect(feed.call().accepted)
    }

    @Test("each dialect succeeds in its own words")
    func successes() {
        let expected: [ProviderDialect: UInt16] = [.apns: 200, .fcm: 200, .sms: 201, .smtp: 250, .gateway: 200]
        for dialect in ProviderDialect.allCases {
            var profile = plain()
            profile.dialect = dialect
            var feed = Feed(profile)
            let answer = feed.call()
            #expect(answer.accepted && answer.response.status == expected[dialect])
            #expect(Taxonomy.classify(dialect, answer.response).errorClass == .ok)
            for error in [dialect.overloaded, dialect.failed] {
                #expect(Taxonomy.classify(dialect, error).errorClass != .ok)
                #expect(error.reason != .unknown)
            }
        }
    }

    @Test("429 and 503 carry the profile's Retry-After unless they name one themselves")
    func retryAfter() {
        var profile = plain(capacity: 1, maximumWait: .zero)
        profile.retryAfter = .seconds(30)
        profile.outcomes = [.init(response: ProviderResponse(status: 500), micros: 1_000_000, layer: .call)]
        var feed = Feed(profile)
        #expect(feed.call().response.retryAfter == nil)
        #expect(feed.call().response == ProviderResponse(status: 503, retryAfter: .seconds(30)))
        profile.excess = .answer(ProviderResponse(status: 503, retryAfter: .seconds(5)))
        var other = Feed(profile)
        _ = other.call()
        #expect(other.call().response.retryAfter == .seconds(5))
    }

    @Test("a refusal is fast")
    func refusalsAreFast() {
        var profile = plain(capacity: 1, maximumWait: .zero)
        profile.rejectionLatencyMicros = 50_000
        var feed = Feed(profile)
        #expect(feed.call().departs - feed.now == .milliseconds(10))
        #expect(feed.call().departs - feed.now == .microseconds(500))
    }

    @Test("weather depends on provider and second alone, whatever is sent")
    func weather() {
        var profile = plain()
        profile.weatherSigma = 0.5
        var busy = Feed(profile, index: 3), idle = Feed(profile, index: 3), other = Feed(profile, index: 4)
        var factors: Set<Int64> = [], others: Set<Int64> = []
        for _ in 0..<50 {
            let latency = (idle.call().departs - idle.now).nanoseconds
            for _ in 0..<20 {
                let answer = busy.call(recipient: 9, key: busy.sent + 500)
                #expect((answer.departs - busy.now).nanoseconds == latency)
                busy.now += .milliseconds(50)
            }
            factors.insert(latency)
            others.insert((other.call().departs - other.now).nanoseconds)
            idle.now += .seconds(1)
            other.now += .seconds(1)
        }
        #expect(factors.count == 50)
        #expect(factors.isDisjoint(with: others))
        let below = factors.filter { $0 < 10_000_000 }.count
        #expect(below > 10 && below < 40, "the median factor is 1")
    }

    @Test("error weather makes bad seconds, the same calls fail and others with them")
    func errorWeather() {
        var calm = plain()
        calm.outcomes = [.init(response: ProviderResponse(status: 500), micros: 100_000, layer: .call)]
        var rough = calm
        rough.errorWeatherSigma = 1
        var calmFeed = Feed(calm), roughFeed = Feed(rough)
        var worst = 0, best = 1_000
        for _ in 0..<60 {
            var failures = 0, base = 0, fewer = 0, more = 0
            for _ in 0..<1_000 {
                let calmly = !calmFeed.call().accepted, roughly = !roughFeed.call().accepted
                failures += roughly ? 1 : 0
                base += calmly ? 1 : 0
                if calmly, !roughly { fewer += 1 }
                if roughly, !calmly { more += 1 }
            }
            #expect(fewer == 0 || more == 0)
            (worst, best) = (max(worst, failures), min(best, failures))
            calmFeed.now += .seconds(1)
            roughFeed.now += .seconds(1)
        }
        #expect(worst > 250 && best < 40)
    }

    @Test("greylisting turns first contacts away and takes who comes again after the delay")
    func greylisting() {
        let later = ProviderResponse(status: 450)
        var profile = plain()
        profile.greylisting = .init(micros: 300_000, delay: .seconds(300), memory: .hours(4), response: later)
        var feed = Feed(profile)
        let count: UInt64 = 30_000
        var turnedAway: [UInt64] = []
        for recipient in 0..<count where feed.call(recipient: recipient).response == later {
            turnedAway.append(recipient)
        }
        #expect(abs(turnedAway.count - 9_000) < 500)
        feed.now += .seconds(299)
        for recipient in turnedAway { #expect(feed.call(recipient: recipient, attempt: 2).response == later) }
        feed.now += .seconds(1)
        for recipient in turnedAway { #expect(feed.call(recipient: recipient, attempt: 3).accepted) }
        feed.now += .hours(4)
        #expect(feed.call(recipient: turnedAway[0]).response == later, "it has forgotten")
        #expect(feed.call(recipient: turnedAway[0]).response == later)
    }

    @Test("the same calls get the same answers, always")
    func golden() {
        var profile = plain(capacity: 2_000, latency: .lognormal(median: 40_000_000, sigma: 0.8))
        profile.weatherSigma = 0.3
        profile.errorWeatherSigma = 0.5
        profile.quota = .init(
            count: 900, window: .seconds(1), refillsAtOnce: true, response: ProviderResponse(status: 429))
        profile.concurrency = .init(limit: 60, response: ProviderResponse(status: 429))
        profile.outcomes = [
            .init(response: ProviderResponse(status: 500), micros: 10_000, layer: .call),
            .init(response: gone, micros: 20_000, layer: .recipient),
        ]
        var feed = Feed(profile, index: 2, seed: 42)
        var fault = ProviderFault()
        fault.capacityMicros = 300_000
        fault.errorMicros = 100_000
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in 0..<3 {
            if part == 1 { feed.provider.begin(fault, slot: 4, at: feed.now) }
            if part == 2 { feed.provider.end(slot: 4, at: feed.now) }
            _ = feed.poisson(rate: 1_000, calls: 5_000) { answer, _ in
                for word in [
                    UInt64(bitPattern: answer.departs.nanoseconds), UInt64(answer.response.status),
                    UInt64(answer.decisionsChangedBy),
                ] {
                    hash = (hash ^ word) &* 0x100_0000_01b3
                }
                return 0
            }
        }
        #expect(hash == 10_137_415_309_617_617_230)
    }
}
