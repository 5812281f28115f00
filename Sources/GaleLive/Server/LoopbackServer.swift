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
        /// Puts TLS before HTTP/2; nil: clear text.
        public var secure: (@Sendable (any NIOCore.Channel) -> EventLoopFuture<Void>)?

        public init(profile: ProviderProfile) { self.profile = profile }
    }

    private static let headerListBytes = 16 << 10

    let configuration: Configuration
    let desk: ProviderDesk
    private let eventLoop: any EventLoop
    private var channel: (any NIOCore.Channel)?
    private var connections: [ServerConnection] = []

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
        let secure = configuration.secure
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                let secured = secure?(channel) ?? channel.eventLoop.makeSucceededVoidFuture()
                return secured.flatMapThrowing {
                    let server = bound.value
                    try channel.pipeline.syncOperations.addHandlers(server.handlers())
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

    private func handlers() -> [any ChannelHandler] {
        var http2 = NIOHTTP2Handler.ConnectionConfiguration()
        http2.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: configuration.maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: Self.headerListBytes),
        ]
        var stream = NIOHTTP2Handler.StreamConfiguration()
        // A client that gives up on many late requests is what an outage looks like.
        stream.streamResetFrameRateLimit.maximumCount = 1_000_000
        let connection = ServerConnection(server: self)
        return [
            NIOHTTP2Handler(mode: .server, connectionConfiguration: http2, streamConfiguration: stream), connection,
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
