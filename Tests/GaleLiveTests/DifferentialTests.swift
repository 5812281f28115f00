// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import Testing

/// Two hosts, one dispatcher: what a run over real sockets did, the simulated host does again.
@Suite(.serialized)
struct DifferentialTests {
    /// Half of the calls fail for six seconds, under every protection that a policy has.
    private static let brownout = Task {
        try await LiveFixture.run([
            "duration": "2s",
            "faults": "{brownout: {at: 0s, for: 6s, provider: apns, errors: 50%, answer: 503 ServiceUnavailable}}",
            "policies.standard.retry.budget": "30%",
            "policies.standard.breaker": "{failure-rate: 40%, window: 1s, open: 100ms, minimum-calls: 20}",
            "policies.standard.suppress": "{store: seen}",
            "policies.standard.concurrency": "{algorithm: aimd}",
        ])
    }

    @Test("a run with a brownout over real sockets, replayed in the simulated host, gives the same actions")
    func sameActions() async throws {
        let lived = try await Self.brownout.value
        lived.expectBooksBalance()
        #expect(lived.result.books.submitted == 600)
        #expect(lived.result.counters.retries > 0, "the brownout was felt")
        #expect(lived.log.isComplete)
        lived.expectReplays()
    }

    @Test("the log survives being written and read")
    func roundTrip() async throws {
        let lived = try await Self.brownout.value
        #expect(lived.log.text == lived.result.log)
        #expect(lived.log.header.scenario == lived.scenario.text)
    }

    @Test("one edited action makes the replay fail, and says which", arguments: [0, 1, 2, 3, 4])
    func editedAction(kind: Int) async throws {
        let lived = try await Self.brownout.value
        let edit: (Action) -> Action? = { action in
            switch (kind, action) {
            case (0, .send(let attempt, let chain, let reference, let key, let timeout, let provider, _)):
                .send(
                    attempt, chain, reference: reference, key: key, timeout: timeout, provider: provider, channel: .sms)
            case (1, .wake(let timer, let at)): .wake(timer, at: at + .nanoseconds(1))
            case (2, .settle(let reference, .delivered)): .settle(reference: reference, .expired)
            case (3, .release(let chain, let reference, .backoff)):
                .release(chain, reference: reference, until: .budget)
            case (4, .write(let reference, var write)):
                {
                    write.key &+= 1; return .write(reference: reference, write)
                }()
            default: nil
            }
        }
        let places = lived.log.entries.indices.filter { lived.log.entries[$0].actions.contains { edit($0) != nil } }
        let input = try #require(places.dropFirst(places.count / 2).first)
        let action = try #require(lived.log.entries[input].actions.firstIndex { edit($0) != nil })
        var log = lived.log
        log.entries[input].actions[action] = try #require(edit(log.entries[input].actions[action]))
        let difference = #expect(throws: ReplayDifference.self) { try lived.replayed(log) }
        #expect(difference?.input == input)
        #expect(difference?.action == action)
    }

    @Test("one edited input makes it fail", arguments: [0, 1, 2, 3])
    func editedInput(kind: Int) async throws {
        let lived = try await Self.brownout.value
        let edit: (Input) -> Input? = { input in
            switch (kind, input) {
            case (0, .responded(let attempt, let response)) where response.status == 503: .responded(attempt, .ok)
            case (1, .responded(let attempt, let response)) where response == .ok:
                .responded(AttemptID(rawValue: attempt.rawValue ^ 1 << 60), response)
            case (2, .lookedUp(let lookup, .absent)): .lookedUp(lookup, .value(1))
            case (3, .consumed(var notification)):
                {
                    notification.key &+= 1_000_000; return .consumed(notification)
                }()
            default: nil
            }
        }
        let places = lived.log.entries.indices.filter { edit(lived.log.entries[$0].input) != nil }
        let input = try #require(places.dropFirst(places.count / 2).first)
        var log = lived.log
        log.entries[input].input = try #require(edit(log.entries[input].input))
        let difference = #expect(throws: ReplayDifference.self) { try lived.replayed(log) }
        #expect((difference?.input ?? -1) <= input)
    }

    @Test("an input that is missing, an edited time and an edited random word make it fail")
    func otherEdits() async throws {
        let lived = try await Self.brownout.value
        let entries = lived.log.entries
        let answer = try #require(
            entries.indices.dropFirst(entries.count / 2).first {
                if case .responded = entries[$0].input { true } else { false }
            })
        var log = lived.log
        log.entries.remove(at: answer)
        #expect(throws: ReplayDifference.self) { try lived.replayed(log) }

        // A timer before its time.
        var due: [TimerID: Instant] = [:]
        var early: Int?
        for (place, entry) in entries.enumerated() {
            if case .woken(let timer) = entry.input, let due = due[timer], entries[place - 1].at + .nanoseconds(1) < due
            {
                early = place
            }
            for case .wake(let timer, let at) in entry.actions { due[timer] = at }
        }
        let timer = try #require(early)
        log = lived.log
        log.entries[timer].at = entries[timer - 1].at + .nanoseconds(1)
        #expect(throws: ReplayDifference.self) { try lived.replayed(log) }

        // A word that decided a delay.
        let drawn = try #require(
            entries.indices.first { place in
                guard case .responded(_, let response) = entries[place].input, response.status == 503 else {
                    return false
                }
                return entries[place].actions.contains { if case .release(_, _, .backoff) = $0 { true } else { false } }
            })
        log = lived.log
        log.entries[drawn].random = entries[drawn].random.map { ~$0 }
        let difference = #expect(throws: ReplayDifference.self) { try lived.replayed(log) }
        #expect(difference?.input == drawn)
    }

    @Test(
        "hedges that are called back, retry topics and holding workers replay as well",
        arguments: [
            ["policies.standard.retry": "{attempts: 20, base: 20ms, hedge: {copies: 2, after: 2ms}}"],
            ["policies.standard.waiting": "hold"],
        ])
    func otherPolicies(changes: [String: String]) async throws {
        var changes = changes
        changes["faults"] =
            "{brownout: {at: 0s, for: 600ms, provider: apns, errors: 30%, answer: 500 InternalServerError}}"
        let lived = try await LiveFixture.run(changes)
        lived.expectBooksBalance()
        lived.expectReplays()
        if lived.scenario.policy.retry.hedging != nil { #expect(lived.result.books.cancelled > 0) }
    }

    @Test("what goes through a retry topic comes back to the queue")
    func retryTopic() async throws {
        let faults = "{brownout: {at: 0s, for: 600ms, provider: apns, errors: 60%, answer: 500 InternalServerError}}"
        let lived = try await LiveFixture.run(["faults": faults]) { $0.scenario.policy.waiting = .retryTopic }
        lived.expectBooksBalance()
        #expect(lived.result.books.requeued > 0)
        lived.expectReplays()
    }

    @Test("a recording that reached its limit is a prefix, and replays as far as it goes")
    func limit() async throws {
        let lived = try await LiveFixture.run { $0.logBytes = 50_000 }
        #expect(!lived.log.isComplete)
        #expect(lived.result.log.utf8.count <= 50_000)
        #expect(lived.log.entries.count > 20)
        let outcome = try lived.replayed()
        #expect(outcome.inputs == lived.log.entries.count)
    }
}
