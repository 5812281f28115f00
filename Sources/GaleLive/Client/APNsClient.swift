// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness
import NIOCore
import NIOHTTP2
import NIOPosix

/// A client of APNs: a few HTTP/2 connections, on each as many requests at once as the server allows.
///
/// Requests wait here, first in first out, while there is no stream for them. What a GOAWAY or a refused stream gives back unseen is
/// sent again on another connection (RFC 9113, 6.8 and 8.7): that is housekeeping between client and server, and no failure of
/// an attempt. Everything else is an attempt's end, and what follows is the policy's business.
///
/// All of it lives on one event loop.
public final class APNsClient: ProviderSender {
    let configuration: Configuration
    let eventLoop: any EventLoop
    let makePayload: (Notification) -> ByteBuffer
    private let backoff: Backoff
    private let draws: Draws
    private let stream: UInt64

    private var requests: [UInt64: APNsRequest] = [:]
    private var nextTicket: UInt64 = 0
    private var waiting = CircularBuffer<UInt64>()
    /// Of those that wait, how many nobody wants any more.
    private var withdrawn = 0
    private var connections: [APNsConnection] = []
    private var connecting = 0
    private var failures = 0
    private var reconnect: Scheduled<Void>?
    private var isDispatching = false
    private var isStopped = false

    public private(set) var statistics = Statistics()

    /// What happened on the wire.
    public struct Statistics: Equatable, Encodable, Sendable {
        public internal(set) var connections = 0
        public internal(set) var failedConnections = 0
        public internal(set) var goAways = 0
        /// Requests sent anew because the server had not looked at them.
        public internal(set) var resent = 0
        public internal(set) var resets = 0
        public internal(set) var mostStreams = 0
        /// Requests that found too many waiting.
        public internal(set) var refused = 0
        /// Times that a connection was asked whether it lives.
        public internal(set) var pings = 0
        /// Connections that did not say so.
        public internal(set) var silent = 0
    }

    /// - Parameters:
    ///   - number: tells this client's draws from others'.
    ///   - payload: the JSON body for a notification, at most 4,096 bytes.
    init(
        _ configuration: Configuration, on eventLoop: any EventLoop, draws: Draws, number: Int = 0,
        payload: @escaping (Notification) -> ByteBuffer = APNsClient.plainPayload
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.draws = draws
        stream = UInt64(number) << 32
        makePayload = payload
        backoff = Backoff(
            RetryPolicy(base: configuration.reconnect.base, cap: configuration.reconnect.cap, attempts: 2))
    }

    deinit { backoff.deallocate() }

    public static func plainPayload(_ notification: Notification) -> ByteBuffer {
        ByteBuffer(string: #"{"aps":{"alert":"Notification \#(notification.reference)"}}"#)
    }

    // MARK: ProviderSender

    public func send(_ delivery: Delivery, answer: @escaping (Reply) -> Void) -> Ticket {
        eventLoop.assertInEventLoop()
        nextTicket += 1
        let ticket = Ticket(number: nextTicket)
        requests[ticket.number] = APNsRequest(delivery: delivery, answer: answer)
        if isStopped || waiting.count - withdrawn >= configuration.maximumWaiting {
            statistics.refused += 1
            eventLoop.assumeIsolated().execute { self.finish(ticket.number, Reply(.connectionFailed)) }
        } else {
            waiting.append(ticket.number)
            dispatchSoon()
        }
        return ticket
    }

    public func withdraw(_ ticket: Ticket, late: Bool) -> Bool {
        guard let request = requests.removeValue(forKey: ticket.number) else { return true }
        guard let (connection, stream) = request.place else {
            passOver()
            return request.mayHaveArrived
        }
        connection.reset(stream, late: late)
        dispatchSoon()
        return true
    }

    // MARK: Requests

    /// One that waits was withdrawn. Its place is passed over when its turn comes; where most are such, they go at once, so that
    /// there are never more than twice as many places as requests.
    private func passOver() {
        withdrawn += 1
        guard withdrawn * 2 > waiting.count else { return }
        waiting.removeAll { requests[$0] == nil }
        withdrawn = 0
    }

    /// After the inputs at hand, so that what they lead to leaves in one go.
    func dispatchSoon() {
        if isDispatching { return }
        isDispatching = true
        eventLoop.assumeIsolated().execute {
            self.isDispatching = false
            self.dispatch()
        }
    }

    private func dispatch() {
        while let number = waiting.first {
            guard requests[number] != nil else {
                waiting.removeFirst()
                withdrawn -= 1
                continue
            }
            guard let connection = connections.filter(\.hasRoom).min(by: { $0.streams < $1.streams }) else { break }
            waiting.removeFirst()
            transmit(number, on: connection)
        }
        if !waiting.isEmpty { connectIfNeeded() }
        for connection in connections { connection.flush() }
    }

    private func transmit(_ number: UInt64, on connection: APNsConnection) {
        guard let request = requests[number] else { return }
        let headers = APNsMessage.headers(request.delivery, to: configuration)
        let stream = connection.send(headers, makePayload(request.delivery.notification), for: number)
        requests[number]?.place = (connection, stream)
        requests[number]?.mayHaveArrived = true
        statistics.mostStreams = max(statistics.mostStreams, connection.streams)
    }

    func finish(_ number: UInt64, _ reply: Reply) {
        guard let request = requests.removeValue(forKey: number) else { return }
        request.answer(reply)
    }

    /// The server has not looked at these: they go first.
    func sendAgain(_ numbers: [UInt64]) {
        for number in numbers.reversed() {
            guard let request = requests[number] else { continue }
            requests[number]?.place = nil
            requests[number]?.mayHaveArrived = false
            if request.resends >= configuration.resends {
                finish(number, Reply(.connectionFailed))
            } else {
                requests[number]?.resends += 1
                statistics.resent += 1
                waiting.prepend(number)
            }
        }
        dispatchSoon()
    }

    // MARK: Connections

    private func connectIfNeeded() {
        // Those that are going away serve nobody new.
        let serving = connections.count { !$0.isLeaving }
        while !isStopped, reconnect == nil, serving + connecting < configuration.connections { connect() }
    }

    private func connect() {
        connecting += 1
        let configuration = configuration
        let connection = APNsConnection(client: self)
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.nanoseconds(configuration.connectTimeout.nanoseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOHTTP2Handler(
                            mode: .client, connectionConfiguration: Self.http2,
                            streamConfiguration: HTTP2Limits.stream),
                        bound.value,
                    ])
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .assumeIsolated()
            .whenFailure { _ in self.connectionFailed() }
    }

    private static var http2: NIOHTTP2Handler.ConnectionConfiguration {
        HTTP2Limits.connection([
            HTTP2Setting(parameter: .enablePush, value: 0), HTTP2Setting(parameter: .maxConcurrentStreams, value: 0),
        ])
    }

    /// The server's settings have come: there may be requests now.
    func connectionOpened(_ connection: APNsConnection) {
        connecting -= 1
        failures = 0
        statistics.connections += 1
        connections.append(connection)
        if isStopped { connection.close() } else { dispatchSoon() }
    }

    /// No connection, or one that closed before there were settings.
    func connectionFailed() {
        connecting -= 1
        failures += 1
        statistics.failedConnections += 1
        if connections.isEmpty && connecting == 0 { refuseWaiting() }
        tryAgainLater()
    }

    func connectionClosed(_ connection: APNsConnection) {
        connections.removeAll { $0 === connection }
        dispatchSoon()
    }

    /// There is nobody to send to: the attempts end, and their policy decides.
    private func refuseWaiting() {
        let refused = waiting
        waiting.removeAll()
        withdrawn = 0
        for number in refused { finish(number, Reply(.connectionFailed)) }
    }

    private func tryAgainLater() {
        guard !isStopped, reconnect == nil else { return }
        let random = draws.uniform(.liveReconnect, stream | UInt64(statistics.failedConnections))
        let delay = backoff.delay(failures: failures, random: random)
        reconnect = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) {
            self.reconnect = nil
            self.dispatch()
        }
    }

    func note(_ change: (inout Statistics) -> Void) { change(&statistics) }

    /// Closes every connection; what is under way ends as reset.
    func stop() {
        isStopped = true
        reconnect?.cancel()
        reconnect = nil
        for connection in connections { connection.close() }
        refuseWaiting()
    }
}

/// An attempt on its way.
struct APNsRequest {
    var delivery: Delivery
    var answer: (Reply) -> Void
    /// Where it is under way; nil: it waits.
    var place: (connection: APNsConnection, stream: HTTP2StreamID)?
    /// It was sent, and the server has not said that it didn't look at it.
    var mayHaveArrived = false
    var resends = 0
}
