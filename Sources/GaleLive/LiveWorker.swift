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

    /// How often the source looks how many are due.
    private static let pause = TimeAmount.milliseconds(2)

    init(_ run: LiveRun, ports: [Int], on eventLoop: any EventLoop) {
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
        host.onSettle = { [unowned self] _, _ in checkWhetherDone() }
        submitDue()
        let most = run.scenario.duration + run.scenario.drain
        limit = loop.scheduleTask(in: .nanoseconds(most.nanoseconds)) { [unowned self] in done.succeed() }
        return done.futureResult
    }

    private func submitDue() {
        let now = Instant.zero + host.elapsed
        while var notification = source.take(by: now) {
            run.describe(&notification)
            host.submit(notification)
        }
        if !source.isEmpty {
            tick = eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [unowned self] in submitDue() }
        }
        checkWhetherDone()
    }

    private func checkWhetherDone() {
        guard source.isEmpty, host.unsettled == 0 else { return }
        limit?.cancel()
        done.succeed()
    }

    func finish() -> LiveRun.Result {
        tick?.cancel()
        limit?.cancel()
        let result = LiveRun.Result(
            books: host.books, counters: host.counters, servers: [], clients: clients.map(\.statistics),
            unsettled: host.unsettled, committed: host.committed, elapsed: host.elapsed, log: recorder?.finished ?? "")
        host.stop()
        for client in clients { client.stop() }
        return result
    }
}
