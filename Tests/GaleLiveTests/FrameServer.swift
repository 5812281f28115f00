// SPDX-License-Identifier: Apache-2.0
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// A server that writes its frames by hand (RFC 9113, 4.1), to do what a well-behaved library does not.
final class FrameServer: Sendable {
    enum Behaviour: Sendable {
        /// Answers 200 to so many requests on a connection, says with a GOAWAY that it has looked at no more, and ignores what follows.
        case leaves(after: Int)
        /// Its first connections fall silent once they are open: neither requests nor PINGs are answered on them.
        case silent(connections: Int)
        /// Answers so many requests only when they are reset, with a body, as if the two had crossed on their way.
        case late(requests: Int)
    }

    let port: Int
    let books: NIOLockedValueBox<Books>
    private let group: MultiThreadedEventLoopGroup

    struct Books {
        var connections = 0
        /// Requests that were answered, but for late ones.
        var taken = 0
        var late = 0
    }

    private init(port: Int, books: NIOLockedValueBox<Books>, group: MultiThreadedEventLoopGroup) {
        (self.port, self.books, self.group) = (port, books, group)
    }

    static func start(_ behaviour: Behaviour) async throws -> FrameServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let books = NIOLockedValueBox(Books())
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameConnection(behaviour, books))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FrameServer(port: try #require(listener.localAddress?.port), books: books, group: group)
    }

    var taken: Int { books.withLockedValue(\.taken) }

    func stop() async throws { try await group.shutdownGracefully() }
}

private final class FrameConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
    }

    private let behaviour: FrameServer.Behaviour
    private let books: NIOLockedValueBox<FrameServer.Books>
    private var buffer = ByteBuffer()
    private var number = 0
    private var requests = 0
    private var last: UInt32 = 0
    private var isLeaving = false
    private var isGreeted = false

    init(_ behaviour: FrameServer.Behaviour, _ books: NIOLockedValueBox<FrameServer.Books>) {
        (self.behaviour, self.books) = (behaviour, books)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        if !isGreeted {
            // The client's preface has 24 bytes; ours are settings without any.
            guard buffer.readableBytes >= 24 else { return }
            buffer.moveReaderIndex(forwardBy: 24)
            isGreeted = true
            number = books.withLockedValue {
                $0.connections += 1; return $0.connections
            }
            send(Kind.settings, flags: 0, stream: 0, [], context)
        }
        while let head = buffer.getBytes(at: buffer.readerIndex, length: 9) {
            let size = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard let frame = buffer.getBytes(at: buffer.readerIndex + 9, length: size) else { break }
            buffer.moveReaderIndex(forwardBy: 9 + size)
            let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) }
            if case .silent(let silent) = behaviour, number <= silent { continue }
            received(head[3], flags: head[4], stream: stream, frame, context)
        }
        context.flush()
    }

    private func received(
        _ kind: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8], _ context: ChannelHandlerContext
    ) {
        switch kind {
        case Kind.settings where flags & 1 == 0: send(Kind.settings, flags: 1, stream: 0, [], context)
        case Kind.ping where flags & 1 == 0: send(Kind.ping, flags: 1, stream: 0, payload, context)
        case Kind.headers:
            requests += 1
            guard case .leaves(let limit) = behaviour else { break }
            if requests <= limit { last = stream }
            guard requests >= limit, !isLeaving else { return }
            isLeaving = true
            send(Kind.goAway, flags: 0, stream: 0, Self.bytes(last) + [0, 0, 0, 0], context)
        case Kind.data where flags & 1 != 0: answer(stream, context)
        case Kind.reset: answerLate(stream, context)
        default: break
        }
    }

    private func answer(_ stream: UInt32, _ context: ChannelHandlerContext) {
        switch behaviour {
        case .leaves where stream > last: return
        case .late(let requests) where stream < 2 * requests: return
        default: break
        }
        books.withLockedValue { $0.taken += 1 }
        // `:status: 200` is entry 8 of HPACK's static table; the frame ends headers and stream.
        send(Kind.headers, flags: 5, stream: stream, [0x88], context)
    }

    private func answerLate(_ stream: UInt32, _ context: ChannelHandlerContext) {
        guard case .late(let requests) = behaviour, stream < 2 * requests else { return }
        books.withLockedValue { $0.late += 1 }
        send(Kind.headers, flags: 4, stream: stream, [0x88], context)
        send(Kind.data, flags: 1, stream: stream, [UInt8](repeating: 32, count: 2_000), context)
    }

    private func send(
        _ kind: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8], _ context: ChannelHandlerContext
    ) {
        let head = Self.bytes(UInt32(payload.count)).dropFirst() + [kind, flags] + Self.bytes(stream)
        context.write(wrapOutboundOut(ByteBuffer(bytes: head + payload)), promise: nil)
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
}
