// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import Testing

/// What a provider says and what comes of it, over real sockets.
@Suite(.serialized)
struct LiveRunTests {
    @Test("a quiet run delivers every notification once, at the first attempt")
    func quiet() async throws {
        let lived = try await LiveFixture.run(messages: 200)
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 200)
        #expect(lived.result.servers[0].accepted == Dictionary(uniqueKeysWithValues: (1...200).map { ($0, 1) }))
        #expect(lived.result.servers[0].mostStreams <= 16, "no more at once than the server's settings allow")
        #expect(lived.result.clients[0].resets == 0)
        lived.expectReplays()
    }

    @Test("a server that stops answering: attempts time out, and are made again")
    func silence() async throws {
        let lived = try await LiveFixture.run(
            [
                "faults": "{silence: {at: 0s, for: 500ms, provider: apns, blackout: true}}",
                "policies.standard.timeout": "300ms",
            ], messages: 100)
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 100)
        #expect(lived.result.servers[0].silences > 0)
        #expect(lived.result.books.timeouts >= lived.result.servers[0].silences)
        #expect(lived.result.counters.riskyRetries > 0)
        lived.expectReplays()
    }

    @Test("a 410 with its time stamp strikes the recipient, unless the token was registered after it")
    func unregistered() async throws {
        let lived = try await LiveFixture.run(
            [
                "providers.apns.outcomes": "[{answer: 410 Unregistered, share: 100%, layer: recipient, since: 1h}]",
                "policies.standard.suppress": "{store: seen}",
                // One after the other.
                "stages.sender.concurrency": "1",
            ], messages: 3
        ) { run in
            run.describe = { notification in
                notification.recipient = notification.reference < 3 ? 7 : 8
                if notification.reference == 3 { notification.registered = .zero }
            }
        }
        lived.expectBooksBalance()
        #expect(lived.result.books[.suppressed] == 2)
        #expect(lived.result.books[.deadLettered] == 1, "its own end")
        #expect(
            lived.result.servers[0].answers == [410: 2], "the second knows of the first one's strike, and is not sent")
        #expect(lived.result.counters.strikes == 1)
        #expect(lived.result.counters.suppressedByRecord == 1)
        #expect(lived.result.counters.disbelieved == 1, "a token registered since")
        for case .responded(_, let response) in lived.log.entries.map(\.input) {
            let since = try #require(response.invalidSince)
            #expect(since <= .zero - .minutes(59), "an hour before, by the wall clock")
            #expect(since >= .zero - .minutes(61))
        }
        lived.expectReplays()
    }

    @Test(
        "Retry-After of a 503 and of a 429 is waited for, in seconds and as a date",
        arguments: ["503 ServiceUnavailable", "429 TooManyRequests"], [false, true])
    func retryAfter(answer: String, isDate: Bool) async throws {
        let lived = try await LiveFixture.run(
            [
                "providers.apns.retry-after": "1s",
                "faults": "{refusal: {at: 0s, for: 3s, provider: apns, errors: 100%, answer: \(answer)}}",
                "policies.standard.retry": "{backoff: none, jitter: none, attempts: 20}",
            ], messages: 20
        ) { run in
            run.configure = { $0.datesRetryAfter = isDate }
        }
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 20)
        var refused: [UInt64: (at: Instant, wait: Interval)] = [:]
        var references: [AttemptID: UInt64] = [:]
        var waited = 0
        for entry in lived.log.entries {
            if case .responded(let attempt, let response) = entry.input, response.status != 200 {
                let wait = try #require(response.retryAfter)
                // A date has whole seconds: it is up to one later, and less is left of it when it arrives.
                #expect(isDate ? wait <= .seconds(2) : wait == .seconds(1))
                refused[try #require(references[attempt])] = (entry.at, wait)
            }
            for case .send(let attempt, _, let reference, _, _, _, _) in entry.actions {
                references[attempt] = reference
                guard let (at, wait) = refused[reference] else { continue }
                #expect(entry.at - at >= wait)
                if wait > .zero { waited += 1 }
            }
        }
        #expect(waited > 0)
        lived.expectReplays()
    }

    @Test("faults may follow one another in any number")
    func faults() async throws {
        let faults = (0..<50).map { "f\($0): {at: \($0 * 10)ms, for: 10ms, provider: apns, errors: 50%}" }
        let lived = try await LiveFixture.run(["faults": "{" + faults.joined(separator: ", ") + "}"], messages: 150)
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 150)
        #expect(lived.result.counters.retries > 0)
    }

    @Test("a duplicate is found in the store and not sent")
    func duplicates() async throws {
        let lived = try await LiveFixture.run(["stages.sender.concurrency": "1"], messages: 20) { run in
            run.describe = { $0.key = ($0.reference + 1) / 2 }
        }
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 10)
        #expect(lived.result.books[.duplicate] == 10)
        #expect(lived.result.servers[0].requests == 10)
        lived.expectReplays()
    }

    @Test("what the provider will never take becomes a dead letter")
    func deadLetters() async throws {
        let lived = try await LiveFixture.run(
            ["providers.apns.outcomes": "[{answer: 400 BadTopic, share: 100%, layer: recipient}]"], messages: 20)
        lived.expectBooksBalance()
        #expect(lived.result.books[.deadLettered] == 20)
        #expect(Set(lived.result.books.deadLetters.map(\.reference)) == Set(1...20))
        lived.expectReplays()
    }
}
