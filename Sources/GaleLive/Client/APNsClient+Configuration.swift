// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension APNsClient {
    /// Where and how a client sends. Always in clear text, HTTP/2 by prior knowledge (RFC 9113, 3.3): it is for loopback.
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
        /// A connection on which nothing came for this long is asked by a PING whether it still lives, with requests under way or
        /// without (gRFC A8, `GRPC_ARG_KEEPALIVE_TIME_MS`, of which 10 s is the least that is allowed there); it is found out after
        /// one to two times this. nil: it is asked only when an attempt was late and nothing came since that was sent.
        public var keepAlive: Interval? = .seconds(10)
        /// One that is asked, and from which nothing comes within this time, is closed; the next request opens another.
        public var pingTimeout = Interval.seconds(5)
        /// Requests at once on one connection, where the server's settings allow more or say nothing: 1,000 is what APNs has
        /// been seen to allow.
        public var maximumStreams = 1_000

        public init(host: String = "127.0.0.1", port: Int) {
            self.host = host
            self.port = port
        }

        var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }
}
