// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import Testing

/// A log is read as if its writer meant harm.
struct LogTests {
    private static let scenario = "name: a\nabout: b\n"
    private static let head = "gale-live log 1\nslots 4\nscenario 17\nname: a\nabout: b\n\n"

    /// A log with every input and action there is.
    private static let everything: RunLog = {
        let notification = Notification(
            reference: 1, key: 2, recipient: 3, tenant: 4, channel: .push, platform: .ios, previousAttempts: 5,
            created: Instant(nanoseconds: -6), expires: Instant(nanoseconds: 7), priority: .high,
            zone: TimeZoneIndex(rawValue: 8), collapseKey: 9, registered: Instant(nanoseconds: 10), deliveries: 11)
        let (attempt, chain) = (AttemptID(rawValue: .max), ChainID(rawValue: 13))
        let read = StateRead(kind: .cap, key: 14, timeout: .seconds(1), adding: -2, lifetime: .hours(1))
        let changes: [StateChange] = [.set(-1), .raise(2), .add(3), .remove]
        let actions: [Action] = [
            .send(
                attempt, chain, reference: 1, key: 2, timeout: .seconds(1), provider: ProviderIndex(rawValue: 3),
                channel: .inApp),
            .lookUp(LookupID(rawValue: 15), reference: 1, read),
            .wake(TimerID(rawValue: 16), at: Instant(nanoseconds: 17)),
            .requeue(
                reference: 1, at: Instant(nanoseconds: 18), attempts: 19, level: .deadLetters, reason: .deadLetter),
            .acquire(chain, reference: 1), .cancel(attempt, reference: 1),
        ]
        let writes = changes.map {
            Action.write(reference: 1, StateWrite(kind: .presence, key: 20, $0, lifetime: .seconds(2)))
        }
        let waits = (0...UInt8.max).compactMap(WaitReason.init).flatMap {
            [Action.hold(chain, reference: 1, until: $0), .release(chain, reference: 1, until: $0)]
        }
        let outcomes = Outcome.allCases.map { Action.settle(reference: 1, $0) }
        let reasons = [Reason.none, .timedOut, .connectionFailed, .connectionReset, .unknown] + Reason.all(.apns)
        var inputs: [Input] = [.consumed(notification)]
        inputs += reasons.map {
            .responded(
                attempt,
                ProviderResponse(
                    status: 503, reason: $0, retryAfter: .seconds(-1), invalidSince: Instant(nanoseconds: -5)))
        }
        let lookup = LookupID(rawValue: 15)
        inputs += [
            .responded(attempt, .ok), .lookedUp(lookup, .absent), .lookedUp(lookup, .failed),
            .lookedUp(lookup, .value(.min)), .granted(chain), .woken(TimerID(rawValue: 16)),
            .consentChanged(recipient: 3, channel: nil, isGranted: false),
            .consentChanged(recipient: 3, channel: .sms, isGranted: true),
        ]
        let entries = inputs.enumerated().map { place, input in
            RunLog.Entry(
                at: Instant(nanoseconds: Int64(place)), random: place % 2 == 0 ? nil : .max, input: input,
                actions: place == 0 ? actions + writes + waits + outcomes : [])
        }
        return RunLog(header: .init(slots: 4, scenario: scenario), entries: entries, isComplete: true)
    }()

    @Test("every input and every action survives being written and read")
    func roundTrip() throws {
        let read = try RunLog(text: Self.everything.text)
        #expect(read == Self.everything)
        #expect(read.text == Self.everything.text)
    }

    @Test("every log that is cut off is refused")
    func cut() {
        let bytes = Array(Self.everything.text.utf8)
        let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
        for length in Set(ends.flatMap { [$0, $0 + 1, $0 + 7] }) where length < bytes.count {
            #expect(throws: LogError.self) { try RunLog(text: String(decoding: bytes[..<length], as: UTF8.self)) }
        }
    }

    @Test(
        "what is wrong is said, with its line",
        arguments: [
            ("", 1, "the log ends here"),
            ("gale-live log 2\n", 1, "expected 'gale-live log 1'"),
            ("gale-live log 1\nslots 0\n", 2, "from 1 to"),
            ("gale-live log 1\nslots 4\nscenario 99999999999\n", 3, "from 0 to"),
            ("gale-live log 1\nslots 4\nscenario 5\nabc", 3, "does not have 5 bytes"),
            (head + "end 1 complete\n", 7, "after 0 inputs"),
            (head + "end 0 complete\nmore", 8, "something follows"),
            (head + "\tsettle reference=1 outcome=expired\n", 7, "before the first input"),
            (head + "-1 - woken timer=1\n", 7, "the time is '-1'"),
            (head + "9223372036854775807 - woken timer=1\n", 7, "the time is"),
            (head + "1 x woken timer=1\n", 7, "the random word"),
            (head + "1 - woken timer=1 2\n", 7, "unexpected '2'"),
            (head + "1 - woken timer=-1\n", 7, "timer is '-1'"),
            (head + "1 - slept timer=1\n", 7, "'slept' is no input"),
            (head + "1 - woken timer=1\n1 - woken timer=1\n", 8, "does not come after"),
            (head + "1 - woken timer=1\n\tfly reference=1\n", 8, "'fly' is no action"),
            (head + "1 - responded attempt=1 status=65536 reason=- retry-after=- invalid-since=-\n", 7, "65535"),
            (
                head + "1 - responded attempt=1 status=200 reason=Lost retry-after=- invalid-since=-\n", 7,
                "reason is 'Lost'"
            ),
            (
                head + "1 - responded attempt=1 status=200 reason=- retry-after=9223372036854775807 invalid-since=-\n",
                7,
                "retry-after"
            ),
            (head + "1 - woken tim\u{0}er=1\n", 7, "a byte of value 0"),
            (head + String(repeating: "1", count: 600) + "\n", 7, "more than 512 bytes"),
        ])
    func refusals(text: String, line: Int, problem: String) {
        let error = #expect(throws: LogError.self) { try RunLog(text: text) }
        #expect(error?.line == line)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    @Test("a log with bytes changed is refused, differs, or says the same; it never brings the reader down")
    func mutations() async throws {
        let lived = try await LiveFixture.run(messages: 12)
        let bytes = Array(lived.result.log.utf8)
        // What the scenario says is another reader's matter.
        let first = RunLog(header: lived.log.header, entries: [], isComplete: true).text.utf8.count - 15
        var state: UInt64 = 42
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        var outcomes = [0, 0, 0]
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0...random(below: 3) {
                let place = first + random(below: changed.count - first)
                changed[place] = Array("0123456789 -=\n\taex".utf8)[random(below: 18)]
            }
            do {
                let log = try RunLog(text: String(decoding: changed, as: UTF8.self))
                _ = try lived.replayed(log)
                outcomes[2] += 1
            } catch is LogError {
                outcomes[0] += 1
            } catch is ReplayDifference {
                outcomes[1] += 1
            }
        }
        #expect(outcomes[0] > 0 && outcomes[1] > 0)
    }
}
