// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 connection of a client: it numbers the streams itself and keeps the request of each.
///
/// It sends nothing before the server's SETTINGS, and then no more requests at once than `MAX_CONCURRENT_STREAMS` allows. After
/// a GOAWAY it lets finish what the server still answers, gives back the rest, and closes.
final class APNsConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private struct Exchange {
        /// The client's number for the request.
        var request: UInt64
        var headers: HPACKHeaders?
        var body: ByteBuffer?
        /// Frames that the connection had received when this was sent.
        var framesBefore: UInt64
    }

    private let client: APNsClient
    private var context: ChannelHandlerContext?
    private var exchanges: [HTTP2StreamID: Exchange] = [:]
    private var nextStream = 1
    private var maximumStreams = 0
    private var isOpen = false
    private(set) var isLeaving = false
    private var needsFlush = false
    private var frames: UInt64 = 0
    /// Ends the connection unless what is waited for comes: the first settings, or, after a ping, anything at all.
    private var patience: Scheduled<Void>?
    /// Looks whether anything came since the last look.
    private var look: Scheduled<Void>?
    private var framesAtLook: UInt64 = 0

    init(client: APNsClient) { self.client = client }

    var streams: Int { exchanges.count }
    var hasRoom: Bool { isOpen && !isLeaving && exchanges.count < maximumStreams && context != nil }

    // MARK: Sending

    func send(_ headers: HPACKHeaders, _ body: ByteBuffer, for request: UInt64) -> HTTP2StreamID {
        let stream = HTTP2StreamID(nextStream)
        nextStream += 2
        // The last number of a connection (RFC 9113, 5.1.1).
        if nextStream > Int(Int32.max) { isLeaving = true }
        exchanges[stream] = Exchange(request: request, framesBefore: frames)
        write(stream, .headers(.init(headers: headers)))
        write(stream, .data(.init(data: .byteBuffer(body), endStream: true)))
        return stream
    }

    /// Gives up on a request; `late`: its answer did not come in time.
    func reset(_ stream: HTTP2StreamID, late: Bool) {
        guard let exchange = exchanges.removeValue(forKey: stream) else { return }
        write(stream, .rstStream(.cancel))
        if late && exchange.framesBefore == frames { askWhetherAlive() }
        flush()
        leaveIfDone()
    }

    private func write(_ stream: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        guard let context else { return }
        needsFlush = true
        context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: nil)
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    private func askWhetherAlive() {
        guard patience == nil else { return }
        client.note { $0.pings += 1 }
        write(.rootStream, .ping(HTTP2PingData(withInteger: frames), ack: false))
        wait(client.configuration.pingTimeout)
    }

    private func wait(_ limit: Interval) {
        patience = context?.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(limit.nanoseconds)) {
            // Cancelled, it may have been about to go off.
            guard self.patience != nil else { return }
            if self.isOpen { self.client.note { $0.silent += 1 } }
            self.close()
        }
    }

    private func lookAgain() {
        guard let pause = client.configuration.keepAlive, let context else { return }
        framesAtLook = frames
        look = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(pause.nanoseconds)) {
            guard self.look != nil else { return }
            if self.frames == self.framesAtLook {
                self.askWhetherAlive()
                self.flush()
            }
            self.lookAgain()
        }
    }

    private func stopWaiting() {
        patience?.cancel()
        patience = nil
    }

    func close() {
        isLeaving = true
        context?.close(promise: nil)
    }

    private func leaveIfDone() {
        if isLeaving && exchanges.isEmpty { close() }
    }

    // MARK: Receiving

    func channelActive(context: ChannelHandlerContext) {
        wait(client.configuration.connectTimeout)
        context.fireChannelActive()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        frames &+= 1
        if isOpen { stopWaiting() }
        switch frame.payload {
        case .settings(.settings(let settings)): received(settings)
        case .headers(let headers): received(headers, on: frame.streamID)
        case .data(let data): received(data, on: frame.streamID)
        case .rstStream(let code): received(code, on: frame.streamID)
        case .goAway(let last, _, _): goAway(last)
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    private func received(_ settings: HTTP2Settings) {
        let most = client.configuration.maximumStreams
        // Without a word from the server there is no limit (RFC 9113, 6.5.2); Apple says not to count on any.
        let limit = settings.last { $0.parameter == .maxConcurrentStreams }?.value ?? (isOpen ? maximumStreams : most)
        maximumStreams = min(limit, most)
        if isOpen { return client.dispatchSoon() }
        isOpen = true
        stopWaiting()
        lookAgain()
        client.connectionOpened(self)
    }

    private func received(_ headers: HTTP2Frame.FramePayload.Headers, on stream: HTTP2StreamID) {
        guard var exchange = exchanges[stream] else { return }
        // An interim answer (1xx) says nothing yet, and trailers nothing more.
        let isInterim = headers.headers.first(name: ":status")?.first == "1"
        if exchange.headers == nil && !isInterim { exchange.headers = headers.headers }
        exchanges[stream] = exchange
        if headers.endStream { finish(stream) }
    }

    private func received(_ data: HTTP2Frame.FramePayload.Data, on stream: HTTP2StreamID) {
        guard case .byteBuffer(let bytes) = data.data, var exchange = exchanges.removeValue(forKey: stream) else {
            return
        }
        var body = exchange.body ?? ByteBuffer()
        if body.readableBytes + bytes.readableBytes > APNsMessage.answerBytes {
            write(stream, .rstStream(.cancel))
            return lost(exchange.request)
        }
        body.writeImmutableBuffer(bytes)
        exchange.body = body
        exchanges[stream] = exchange
        if data.endStream { finish(stream) }
    }

    private func finish(_ stream: HTTP2StreamID) {
        guard let exchange = exchanges.removeValue(forKey: stream) else { return }
        if let reply = exchange.headers.flatMap({ APNsMessage.reply($0, exchange.body, now: LiveClock.unixSeconds) }) {
            client.finish(exchange.request, reply)
        } else {
            lost(exchange.request)
        }
        leaveIfDone()
        client.dispatchSoon()
    }

    private func received(_ code: HTTP2ErrorCode, on stream: HTTP2StreamID) {
        guard let exchange = exchanges.removeValue(forKey: stream) else { return }
        if code == .refusedStream { client.sendAgain([exchange.request]) } else { lost(exchange.request) }
        leaveIfDone()
        client.dispatchSoon()
    }

    /// The server has seen nothing above `last`.
    private func goAway(_ last: HTTP2StreamID) {
        if !isLeaving { client.note { $0.goAways += 1 } }
        isLeaving = true
        let unseen = exchanges.keys.filter { $0 > last }.sorted()
        let numbers = unseen.compactMap { exchanges.removeValue(forKey: $0)?.request }
        client.sendAgain(numbers)
        leaveIfDone()
    }

    /// Nobody knows whether the server took it.
    private func lost(_ request: UInt64) {
        client.note { $0.resets += 1 }
        client.finish(request, Reply(.connectionReset))
    }

    // MARK: The end

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A stream's error is reported beside its end; any other is the connection's.
        if error is NIOHTTP2Errors.StreamError { return }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let closed = event as? StreamClosedEvent, let exchange = exchanges.removeValue(forKey: closed.streamID) {
            lost(exchange.request)
            leaveIfDone()
        }
        // Answers are small; the connection's window is what would run out.
        if let credit = (event as? NIOHTTP2WindowUpdatedEvent).flatMap(HTTP2Limits.credit(_:)) {
            write(.rootStream, .windowUpdate(windowSizeIncrement: credit))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        look?.cancel()
        look = nil
        let lost = exchanges.sorted { $0.key < $1.key }.map(\.value.request)
        exchanges = [:]
        if isOpen { client.connectionClosed(self) } else { client.connectionFailed() }
        isOpen = false
        isLeaving = true
        for request in lost { self.lost(request) }
        context.fireChannelInactive()
    }
}
