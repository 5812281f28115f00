// SPDX-License-Identifier: Apache-2.0
import NIOHTTP2

/// What either end of a connection takes from its peer before it closes it, and how it keeps the connection's window open.
enum HTTP2Limits {
    /// Of a request's or an answer's headers, bytes.
    static let headerListBytes = 16 << 10
    /// Streams that were reset here and on which a frame may still arrive: with fewer of them, one late answer after a wave of
    /// time-outs is an error of the connection (RFC 9113, 5.1, "closed") and takes everything else on it along.
    private static let recentlyReset = 4_096
    /// A provider in trouble resets streams, and a client gives up late ones, by the thousand a second: that is what an outage looks
    /// like, and no attack.
    private static let resetsPerSecond = 10_000

    static func connection(_ settings: HTTP2Settings) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings =
            settings + [HTTP2Setting(parameter: .maxHeaderListSize, value: headerListBytes)]
        configuration.maximumRecentlyResetStreams = recentlyReset
        return configuration
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.streamResetFrameRateLimit.maximumCount = resetsPerSecond
        configuration.streamResetFrameRateLimit.windowLength = .seconds(1)
        return configuration
    }

    /// Bytes of the connection's receive window to give back to the peer; nil: there is enough left.
    ///
    /// The event counts what was discarded as well, such as the rest of an answer whose stream was reset here: counted by what reaches
    /// a handler, the window would close for good.
    static func credit(_ event: NIOHTTP2WindowUpdatedEvent) -> Int? {
        guard event.streamID == .rootStream, let left = event.inboundWindowSize else { return nil }
        let window = 65_535
        return left <= window / 2 ? window - left : nil
    }
}
