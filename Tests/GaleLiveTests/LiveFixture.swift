// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// Small runs over real sockets. Nothing here depends on how fast the machine is: time-outs and lifetimes are long, faults fail shares
/// of calls, and what is asserted is what was counted or logged.
enum LiveFixture {
    private static let text = """
        name: small
        about: one worker and APNs
        duration: 1s
        drain: 5min
        seed: 7
        workloads:
          app: {into: outbox, rate: 300/s, arrivals: uniform, channels: {push: 100%}, platforms: {ios: 100%}, ttl: 5min}
        brokers:
          memory: {profile: direct}
        topics:
          outbox: {broker: memory}
        stores:
          seen: {profile: redis}
        stages:
          sender: {reads: outbox, replicas: 1, concurrency: 64, steps: [{deliver: {policy: standard}}]}
        providers:
          apns: {profile: apns, latency: constant 5ms, outcomes: [], weather: 0, error-weather: 0}
        policies:
          standard:
            routes: {push: {ios: [apns]}}
            timeout: 30s
            waiting: park
            deduplicate: {store: seen, window: 1h, on-failure: open}
            retry: {backoff: exponential, jitter: full, base: 20ms, cap: 200ms, attempts: 60}
        """

    static func scenario(_ changes: [String: String] = [:]) throws -> LiveScenario {
        let overrides = changes.sorted { $0.key < $1.key }.map { Override(path: $0.key, value: $0.value) }
        return try LiveScenario(try ScenarioReader.read(text: text, overrides: overrides))
    }

    /// - Parameter changes: over the scenario.
    static func run(
        _ changes: [String: String] = [:], messages: Int? = nil, with: (inout LiveRun) -> Void = { _ in }
    ) async throws -> Lived {
        var run = LiveRun(try scenario(changes))
        run.messages = messages
        run.configure = { $0.maximumStreams = 16 }
        with(&run)
        let result = try await run.run()
        return Lived(scenario: run.scenario, result: result, log: try RunLog(text: result.log))
    }
}

/// A run and its log.
struct Lived: Sendable {
    var scenario: LiveScenario
    var result: LiveRun.Result
    var log: RunLog

    /// What must hold of every run that came to its end.
    func expectBooksBalance(_ location: Testing.SourceLocation = #_sourceLocation) {
        let books = result.books
        #expect(result.unsettled == 0, sourceLocation: location)
        #expect(books.settled == books.submitted, sourceLocation: location)
        // What comes back through a retry topic is a record of its own.
        #expect(result.committed == Int64(books.submitted + books.requeued), sourceLocation: location)
        #expect(result.counters.attempts == Int64(books.attempts), sourceLocation: location)
        #expect(result.counters.settled == Int64(books.settled), sourceLocation: location)
        var settled: [UInt64: Int] = [:]
        for case .settle(let reference, _) in log.entries.lazy.flatMap(\.actions) {
            settled[reference, default: 0] += 1
        }
        #expect(settled.count == books.submitted, sourceLocation: location)
        #expect(settled.values.allSatisfy { $0 == 1 }, "nothing settles twice", sourceLocation: location)
    }

    func replayed(_ log: RunLog? = nil) throws(ReplayDifference) -> Replay.Outcome {
        try Replay.run(log ?? self.log, policy: scenario.policy, providers: scenario.descriptions)
    }

    func expectReplays(_ location: Testing.SourceLocation = #_sourceLocation) {
        do throws(ReplayDifference) {
            let outcome = try replayed()
            #expect(outcome.inputs == log.entries.count, sourceLocation: location)
            #expect(outcome.counters == result.counters, sourceLocation: location)
        } catch {
            Issue.record("the replay differs: \(error)", sourceLocation: location)
        }
    }
}
