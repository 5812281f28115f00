// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import NIOCore
import NIOPosix

/// A scenario over real sockets: its worker and its providers on two threads of this process.
public struct LiveRun: Sendable {
    public var scenario: LiveScenario
    /// Notifications in all; nil: as many as the scenario's rate gives within its duration.
    public var messages: Int?
    /// Connections to each provider.
    public var connections = 2
    /// Bytes of the log; 0: none is kept.
    public var logBytes = LogLimits.bytes
    /// Changes each provider's server.
    public var configure: @Sendable (inout LoopbackServer.Configuration) -> Void = { _ in }
    /// Changes the clients.
    public var configureClient: @Sendable (inout APNsClient.Configuration) -> Void = { _ in }
    /// Changes each notification, by its number from 1, before it is handed in.
    public var describe: @Sendable (inout Notification) -> Void = { _ in }

    public init(_ scenario: LiveScenario) { self.scenario = scenario }

    /// What came of it.
    public struct Result: Sendable {
        public var books: LiveBooks
        public var counters: DeliveryCounters
        public var latency: LatencySummary
        /// Provider by provider.
        public var servers: [ServerBooks]
        public var clients: [APNsClient.Statistics]
        /// Notifications that were not settled when time was up.
        public var unsettled: Int
        /// Everything before this offset of the queue was acknowledged.
        public var committed: Int64
        public var elapsed: Interval
        /// The task was cancelled: this is what had been done until then.
        public var wasInterrupted: Bool
        /// The log's text; empty without one.
        public var log: String
    }

    /// Runs until every notification is settled, or the scenario's drain is over, or the task is cancelled; the result is then what
    /// had been done.
    ///
    /// - Throws: what the system says when there is no socket to be had.
    public func run() async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        do {
            let result = try await run(on: group.next(), servers: group.next())
            try await group.shutdownGracefully()
            return result
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func run(on loop: any EventLoop, servers serverLoop: any EventLoop) async throws -> Result {
        let servers = try await serverLoop.submit { NIOLoopBound(makeServers(on: serverLoop), eventLoop: serverLoop) }
            .get()
        let ports = try await serverLoop.flatSubmit {
            EventLoopFuture.whenAllSucceed(servers.value.map { $0.start() }, on: serverLoop)
        }.get()
        let worker = try await loop.submit {
            NIOLoopBound(LiveWorker(self, ports: ports, on: loop), eventLoop: loop)
        }.get()
        try await withTaskCancellationHandler {
            try await loop.flatSubmit { worker.value.start() }.get()
        } onCancel: {
            loop.execute { worker.value.interrupt() }
        }
        // The worker first: what the servers would still answer is of no use to it.
        var result = try await loop.submit { worker.value.finish() }.get()
        result.servers = try await serverLoop.submit {
            for server in servers.value { server.stop() }
            return servers.value.map(\.books)
        }.get()
        return result
    }

    private func makeServers(on loop: any EventLoop) -> [LoopbackServer] {
        scenario.providers.enumerated().map { index, provider in
            var configuration = LoopbackServer.Configuration(profile: provider.profile)
            configuration.faults = scenario.faults.filter { $0.provider == index }.map { ($0.at, $0.length, $0.fault) }
            configure(&configuration)
            return LoopbackServer(configuration, index: index, draws: Draws(seed: scenario.seed), on: loop)
        }
    }
}
