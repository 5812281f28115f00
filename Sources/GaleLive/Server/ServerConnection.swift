// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One client's connection to a loopback server.
final class ServerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private struct Exchange {
        var headers: HPACKHeaders
        var body = ByteBuffer()
        /// Its answer is on its way.
        var isAsked = false
    }

    private let server: LoopbackServer
    private var context: ChannelHandlerContext?
    private var exchanges: [HTTP2StreamID: Exchange] = [:]
    private var needsFlush = false

    init(server: LoopbackServer) { self.server = server }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        server.desk.books.connections += 1
        server.opened(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchanges = [:]
        server.closed(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOHTTP2Errors.StreamError { return }
        context.close(promise: nil)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let stream = frame.streamID
        switch frame.payload {
        case .headers(let headers):
            if exchanges[stream] == nil { begin(stream, headers.headers) }
            if headers.endStream { ask(stream) }
        case .data(let data):
            guard case .byteBuffer(let bytes) = data.data else { return }
            // One byte too many is all that it takes to be refused.
            let room = APNsMessage.payloadBytes + 1 - (exchanges[stream]?.body.readableBytes ?? 0)
            if let part = bytes.getSlice(at: bytes.readerIndex, length: min(room, bytes.readableBytes)) {
                exchanges[stream]?.body.writeImmutableBuffer(part)
            }
            if data.endStream { ask(stream) }
        case .rstStream: exchanges[stream] = nil
        default: break
        }
    }

    private func begin(_ stream: HTTP2StreamID, _ headers: HPACKHeaders) {
        exchanges[stream] = Exchange(headers: headers)
        server.desk.books.mostStreams = max(server.desk.books.mostStreams, exchanges.count)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let credit = (event as? NIOHTTP2WindowUpdatedEvent).flatMap(HTTP2Limits.credit(_:)) {
            write(.rootStream, .windowUpdate(windowSizeIncrement: credit))
        }
        if let closed = event as? StreamClosedEvent { exchanges[closed.streamID] = nil }
        context.fireUserInboundEventTriggered(event)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    // MARK: Answers

    private func ask(_ stream: HTTP2StreamID) {
        guard let exchange = exchanges[stream], !exchange.isAsked else { return }
        exchanges[stream]?.isAsked = true
        guard let answer = server.desk.answer(exchange.headers, exchange.body) else { return }
        guard let departs = answer.departs, let context else { return self.answer(stream, answer) }
        context.eventLoop.assumeIsolated().scheduleTask(deadline: departs) {
            self.answer(stream, answer)
            self.flush()
        }
    }

    private func answer(_ stream: HTTP2StreamID, _ answer: ProviderDesk.Answer) {
        // The client may have given up.
        guard exchanges.removeValue(forKey: stream) != nil else { return }
        if answer.isReset {
            write(stream, .rstStream(.internalError))
        } else {
            write(stream, .headers(.init(headers: answer.headers, endStream: answer.body == nil)))
            if let body = answer.body { write(stream, .data(.init(data: .byteBuffer(body), endStream: true))) }
        }
    }

    private func write(_ stream: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        guard let context else { return }
        needsFlush = true
        context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: nil)
    }

    private func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    func close() { context?.close(promise: nil) }
}
