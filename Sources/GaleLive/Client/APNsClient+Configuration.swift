// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import NIOCore

extension APNsClient {
    /// Where and how a client sends.
    public struct Configuration: Sendable {
        public var host: String
        public var port: Int
        /// `apns-topic`: the app's bundle identifier.
        public var topic = "org.example.gale"
        /// Connections that are kept open. Apple wants them long-lived, and few.
        public var connections = 2
        public var connectTimeout = Interval.seconds(5)
        /// Requests that wait for a stream; one more is answered as a connection that could not be made.
        public var maximumWaiting = 100_000
        /// How often a request is sent anew that the server said it had not looked at (RFC 9113, 8.7).
        public var resends = 3
        /// Between attempts to connect: full jitter from the first number, doubling to the second. Apple takes rapid opening and
        /// closing for an attack.
        public var reconnect = (base: Interval.milliseconds(50), cap: Interval.seconds(30))
        /// A connection on which an attempt was late, and on which nothing came since, is asked whether it still lives, and closed
        /// when it does not say so within this time.
        public var pingTimeout = Interval.seconds(5)
        /// The provider token (JWT), asked for at each request; nil: none is sent.
        public var authorization: @Sendable () -> String? = { nil }
        /// Puts TLS, with `h2` as its application protocol, before HTTP/2; nil: clear text by prior knowledge, for loopback.
        public var secure: (@Sendable (any NIOCore.Channel) -> EventLoopFuture<Void>)?

        public init(host: String = "127.0.0.1", port: Int) {
            self.host = host
            self.port = port
        }

        var scheme: String { secure == nil ? "http" : "https" }
        var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }
}
