// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness
import NIOCore

/// The worker of a run: host, clients and the source of notifications, on one event loop.
final class LiveWorker {
    private let run: LiveRun
    private let host: LiveHost
    private let clients: [APNsClient]
    private let recorder: LogRecorder?
    private let source: LiveSource
    private let eventLoop: any EventLoop
    private let done: EventLoopPromise<Void>
    private var tick: Scheduled<Void>?
    private var limit: Scheduled<Void>?
    private var wasInterrupted = false
    /// A timer that is cancelled may be about to go off all the same.
    private var isFinished = false

    /// How often the source looks how many are due.
    private static let pause = TimeAmount.milliseconds(2)

    init(_ run: LiveRun, ports: [Int], on eventLoop: any EventLoop) {
        precondition(run.connections > 0, "without a connection nothing is sent")
        self.run = run
        self.eventLoop = eventLoop
        let scenario = run.scenario
        let draws = Draws(seed: scenario.seed)
        source = LiveSource(scenario, most: run.messages ?? .max, draws: draws)
        let header = RunLog.Header(slots: scenario.slots, scenario: scenario.text)
        recorder = run.logBytes > 0 ? LogRecorder(header, limit: run.logBytes) : nil
        clients = ports.enumerated().map { number, port in
            var configuration = APNsClient.Configuration(port: port)
            configuration.connections = run.connections
            run.configureClient(&configuration)
            return APNsClient(configuration, on: eventLoop, draws: draws, number: number)
        }
        host = LiveHost(
            policy: scenario.policy, providers: scenario.descriptions, senders: clients, slots: scenario.slots,
            clock: LiveClock(), draws: draws, recorder: recorder, on: eventLoop)
        done = eventLoop.makePromise()
    }

    /// Done when everything is settled, or time is up.
    func start() -> EventLoopFuture<Void> {
        let loop = eventLoop.assumeIsolated()
        host.onSettle = { [weak self] _, _ in self?.checkWhetherDone() }
        submitDue()
        let most = run.scenario.duration + run.scenario.drain
        limit = loop.scheduleTask(in: .nanoseconds(most.nanoseconds)) { [done] in done.succeed() }
        return done.futureResult
    }

    private func submitDue() {
        if isFinished { return }
        let now = Instant.zero + host.elapsed
        // Who reads no further leaves the rest in the log that it reads from: the source makes what is due when it is asked.
        while host.uncommitted < run.scenario.maximumUncommitted, var notification = source.take(by: now) {
            run.describe(&notification)
            host.submit(notification)
        }
        if !source.isEmpty {
            tick = eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [weak self] in self?.submitDue() }
        }
        checkWhetherDone()
    }

    private func checkWhetherDone() {
        guard source.isEmpty, host.unsettled == 0 else { return }
        limit?.cancel()
        done.succeed()
    }

    /// Ends the run before its time.
    func interrupt() {
        wasInterrupted = true
        done.succeed()
    }

    func finish() -> LiveRun.Result {
        isFinished = true
        tick?.cancel()
        limit?.cancel()
        // What was under way has no end in the log: such a log is a prefix.
        let log = recorder?.finished(isWhole: host.unsettled == 0) ?? ""
        let result = LiveRun.Result(
            books: host.books, counters: host.counters, latency: LatencySummary(host.latencies), servers: [],
            clients: clients.map(\.statistics), unsettled: host.unsettled, committed: host.committed,
            elapsed: host.elapsed, wasInterrupted: wasInterrupted, log: log)
        host.stop()
        for client in clients { client.stop() }
        return result
    }
}
