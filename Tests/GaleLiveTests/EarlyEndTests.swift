// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import Testing

/// Runs that end before everything is settled.
@Suite(.serialized)
struct EarlyEndTests {
    private static let blackout = ["faults": "{silence: {at: 0s, for: 1s, provider: apns, blackout: true}}"]

    @Test("a cancelled run gives what it has done, and its log is a prefix that replays")
    func cancelled() async throws {
        let (sent, continuation) = AsyncStream.makeStream(of: Void.self)
        let running = Task {
            try await LiveFixture.run(Self.blackout, messages: 200) { run in
                run.describe = { if $0.reference == 30 { continuation.finish() } }
            }
        }
        for await _ in sent {}
        running.cancel()
        let lived = try await running.value
        #expect(lived.result.wasInterrupted)
        #expect(lived.result.books.submitted >= 30)
        #expect(lived.result.unsettled > 0)
        #expect(lived.result.books.settled + lived.result.unsettled == lived.result.books.submitted)
        #expect(!lived.log.isComplete)
        lived.expectReplays()
    }

    @Test("a run that was cancelled before it began ends at once")
    func cancelledBefore() async throws {
        let running = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await LiveFixture.run(["workloads.app.rate": "0.001/s", "duration": "1h"])
        }
        let lived = try await running.value
        #expect(lived.result.wasInterrupted)
        #expect(lived.result.books.settled == 0)
    }

    @Test("what is under way when the drain is over is not settled, and the log replays as far as it goes")
    func drained() async throws {
        var changes = Self.blackout
        changes["drain"] = "1s"
        changes["faults"] = "{silence: {at: 0s, for: 2s, provider: apns, blackout: true}}"
        let lived = try await LiveFixture.run(changes, messages: 20)
        #expect(!lived.result.wasInterrupted)
        #expect(lived.result.unsettled == 20)
        #expect(lived.result.committed == 0)
        #expect(!lived.log.isComplete)
        lived.expectReplays()
    }

    @Test("a worker reads no further than its limit of uncommitted notifications")
    func uncommitted() async throws {
        let faults = "{refusal: {at: 0s, for: 500ms, provider: apns, errors: 80%, answer: 500 InternalServerError}}"
        let lived = try await LiveFixture.run(
            ["faults": faults, "stages.sender.maximum-uncommitted": "10"], messages: 100)
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 100)
        var open: Set<UInt64> = []
        for entry in lived.log.entries {
            if case .consumed(let notification) = entry.input {
                open.insert(notification.reference)
                #expect(notification.reference - (open.min() ?? 0) < 10)
            }
            for case .settle(let reference, _) in entry.actions { open.remove(reference) }
        }
        #expect(open.isEmpty)
    }
}
