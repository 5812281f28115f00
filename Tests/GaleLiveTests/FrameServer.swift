// SPDX-License-Identifier: Apache-2.0
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// A server that writes its frames by hand (RFC 9113, 4.1), to do what a well-behaved library does not: it answers 200 to so many
/// requests on a connection, says with a GOAWAY that it has looked at no more, and ignores what follows.
final class FrameServer: Sendable {
    let port: Int
    /// Requests that were answered.
    let taken: NIOLockedValueBox<Int>
    private let group: MultiThreadedEventLoopGroup

    private init(port: Int, taken: NIOLockedValueBox<Int>, group: MultiThreadedEventLoopGroup) {
        (self.port, self.taken, self.group) = (port, taken, group)
    }

    static func start(requestsPerConnection limit: Int) async throws -> FrameServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let taken = NIOLockedValueBox(0)
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameConnection(limit: limit, taken: taken))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FrameServer(port: try #require(listener.localAddress?.port), taken: taken, group: group)
    }

    func stop() async throws { try await group.shutdownGracefully() }
}

private final class FrameConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limit: Int
    private let taken: NIOLockedValueBox<Int>
    private var buffer = ByteBuffer()
    private var requests = 0
    private var last: UInt32 = 0
    private var isLeaving = false
    private var isGreeted = false

    init(limit: Int, taken: NIOLockedValueBox<Int>) { (self.limit, self.taken) = (limit, taken) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        if !isGreeted {
            // The client's preface has 24 bytes; ours are settings without any.
            guard buffer.readableBytes >= 24 else { return }
            buffer.moveReaderIndex(forwardBy: 24)
            isGreeted = true
            send(4, flags: 0, stream: 0, [], context)
        }
        while let head = buffer.getBytes(at: buffer.readerIndex, length: 9) {
            let size = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard buffer.readableBytes >= 9 + size else { break }
            buffer.moveReaderIndex(forwardBy: 9 + size)
            let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) }
            received(head[3], flags: head[4], stream: stream, context)
        }
        context.flush()
    }

    private func received(_ kind: UInt8, flags: UInt8, stream: UInt32, _ context: ChannelHandlerContext) {
        switch kind {
        case 4 where flags & 1 == 0: send(4, flags: 1, stream: 0, [], context)
        case 1:
            requests += 1
            if requests <= limit { last = stream }
            guard requests >= limit, !isLeaving else { return }
            isLeaving = true
            send(7, flags: 0, stream: 0, Self.bytes(last) + [0, 0, 0, 0], context)
        case 0 where flags & 1 != 0 && stream <= last:
            // `:status: 200` is entry 8 of HPACK's static table; the frame ends headers and stream.
            taken.withLockedValue { $0 += 1 }
            send(1, flags: 5, stream: stream, [0x88], context)
        default: break
        }
    }

    private func send(
        _ kind: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8], _ context: ChannelHandlerContext
    ) {
        let head = [0, 0, UInt8(payload.count), kind, flags] + Self.bytes(stream)
        context.write(wrapOutboundOut(ByteBuffer(bytes: head + payload)), promise: nil)
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
}
