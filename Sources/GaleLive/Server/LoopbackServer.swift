// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import NIOCore
import NIOHTTP2
import NIOPosix

/// An APNs of one's own, over real sockets: it speaks HTTP/2 as Apple's does, and answers as a provider's profile says, with
/// the state machine that the models use (`Provider`). It binds the loopback address.
///
/// In clear text, HTTP/2 by prior knowledge (RFC 9113, 3.3): nothing leaves the machine. What is beyond a limit (connections,
/// streams, headers, a payload, notifications in its books) is refused, since anyone on the machine may connect.
///
/// A blackout is a fault of the profile's: the connection lives, and no answer comes. All of it lives on one event loop.
public final class LoopbackServer {
    public struct Configuration: Sendable {
        public var profile: ProviderProfile
        /// Faults by the time since the server began.
        public var faults: [(at: Interval, length: Interval, fault: ProviderFault)] = []
        public var host = "127.0.0.1"
        /// 0: a free one.
        public var port = 0
        /// `MAX_CONCURRENT_STREAMS`: 1,000 is what APNs has been seen to say.
        public var maximumStreams = 1_000
        /// Connections at once; one more is closed as it comes.
        public var maximumConnections = 256
        /// Notifications that it keeps books on; one more is answered 503.
        public var maximumNotifications = 4_000_000
        /// Whether Retry-After is a date, and not seconds.
        public var datesRetryAfter = false

        public init(profile: ProviderProfile) { self.profile = profile }
    }

    /// There are as many connections as there may be: the channel is closed.
    private struct Full: Error {}

    let configuration: Configuration
    let desk: ProviderDesk
    private let eventLoop: any EventLoop
    private var channel: (any NIOCore.Channel)?
    private var connections: [ServerConnection] = []
    /// Those, and the ones that were accepted and are not yet open.
    private var admitted = 0

    /// - Parameter index: tells this provider's draws from others'.
    init(_ configuration: Configuration, index: Int, draws: Draws, on eventLoop: any EventLoop) {
        precondition(configuration.profile.dialect == .apns, "this server speaks APNs")
        self.configuration = configuration
        self.eventLoop = eventLoop
        desk = ProviderDesk(configuration, index: index, draws: draws, on: eventLoop)
    }

    var books: ServerBooks { desk.books }

    /// Binds; the port is the result.
    func start() -> EventLoopFuture<Int> {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let server = bound.value
                    guard let handlers = server.handlers() else { throw Full() }
                    server.admitted += 1
                    channel.closeFuture.assumeIsolated().whenComplete { _ in server.admitted -= 1 }
                    try channel.pipeline.syncOperations.addHandlers(handlers)
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .assumeIsolated()
            .map { channel in
                self.channel = channel
                self.desk.begin()
                return channel.localAddress?.port ?? 0
            }
            .nonisolated()
    }

    /// Nil: there are as many connections as there may be.
    private func handlers() -> [any ChannelHandler]? {
        if admitted >= configuration.maximumConnections { return nil }
        let settings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: configuration.maximumStreams)]
        let connection = ServerConnection(server: self)
        return [
            NIOHTTP2Handler(
                mode: .server, connectionConfiguration: HTTP2Limits.connection(settings),
                streamConfiguration: HTTP2Limits.stream),
            connection,
        ]
    }

    func opened(_ connection: ServerConnection) { connections.append(connection) }
    func closed(_ connection: ServerConnection) { connections.removeAll { $0 === connection } }

    func stop() {
        desk.end()
        channel?.close(promise: nil)
        for connection in connections { connection.close() }
    }
}
