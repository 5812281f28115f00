// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import NIOCore
import NIOPosix
import Testing

/// What goes wrong between a client and a server, over real sockets.
@Suite(.serialized)
struct TransportTests {
    @Test("streams that the server resets by the hundred are failed attempts, and the connection goes on")
    func resets() async throws {
        let lived = try await LiveFixture.run(
            [
                "providers.apns":
                    "{profile: apns, latency: constant 5ms, capacity: 300/s, maximum-wait: 1ms, excess: reset}",
                "workloads.app.rate": "100k/s",
                "policies.standard.retry": "{backoff: fixed, jitter: full, base: 300ms, attempts: 100}",
            ],
            messages: 400)
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 400)
        #expect(lived.result.clients[0].connections <= 2)
        #expect(lived.result.clients[0].resets > 400, "more than a library takes for an attack")
        #expect(lived.result.clients[0].resets == lived.result.servers[0].answers[0] ?? 0)
        lived.expectReplays()
    }

    @Test(
        "where nobody listens, and where nobody speaks HTTP/2, every notification ends all the same",
        arguments: [true, false])
    func nobody(refuses: Bool) async throws {
        // Accepts and says nothing, or is closed before anybody comes.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        if refuses { try await listener.close() }
        let lived = try await LiveFixture.run(["workloads.app.ttl": "1s"], messages: 20) { run in
            run.configureClient = { client in
                (client.port, client.connectTimeout) = (port, .milliseconds(100))
                client.reconnect = (.milliseconds(5), .milliseconds(50))
            }
        }
        try await group.shutdownGracefully()
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 0)
        #expect(lived.result.books.transportFailures > 0)
        #expect(lived.result.clients[0].failedConnections > 1)
        #expect(lived.result.clients[0].connections == 0)
        lived.expectReplays()
    }

    @Test("a connection whose peer falls silent is found by a PING and replaced, long before an attempt is late")
    func silence() async throws {
        let server = try await FrameServer.start(.silent(connections: 1))
        let lived = try await LiveFixture.run(["policies.standard.timeout": "4min"], messages: 50) { run in
            run.connections = 1
            run.configureClient = { client in
                (client.port, client.keepAlive) = (server.port, .milliseconds(50))
                client.pingTimeout = .milliseconds(50)
            }
        }
        try await server.stop()
        lived.expectBooksBalance()
        let client = lived.result.clients[0]
        #expect(lived.result.books[.delivered] == 50)
        #expect(lived.result.books.timeouts == 0)
        #expect(client.silent >= 1)
        #expect(client.pings >= client.silent)
        #expect(client.connections > client.silent)
        #expect(client.resets > 0, "nobody knows whether they were taken")
        lived.expectReplays()
    }

    @Test("a quiet connection whose peer answers PINGs is kept")
    func quiet() async throws {
        let server = try await FrameServer.start(.leaves(after: .max))
        let lived = try await LiveFixture.run(["workloads.app.rate": "3/s"], messages: 3) { run in
            run.connections = 1
            run.configureClient = { client in
                (client.port, client.keepAlive) = (server.port, .milliseconds(10))
                client.pingTimeout = .minutes(1)
            }
        }
        try await server.stop()
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 3)
        #expect(lived.result.clients[0].pings > 0)
        #expect(lived.result.clients[0].silent == 0)
        #expect(lived.result.clients[0].connections == 1)
    }

    @Test("without keep-alive, a late attempt on a connection where nothing came since finds it out")
    func lateAttempt() async throws {
        let server = try await FrameServer.start(.silent(connections: 1))
        let lived = try await LiveFixture.run(["policies.standard.timeout": "1s"], messages: 20) { run in
            run.connections = 1
            run.configureClient = { client in
                (client.port, client.keepAlive, client.pingTimeout) = (server.port, nil, .milliseconds(100))
            }
        }
        try await server.stop()
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 20)
        #expect(lived.result.clients[0].silent >= 1)
        #expect(lived.result.counters.riskyRetries > 0)
        lived.expectReplays()
    }

    @Test("answers that cross with a wave of time-outs are discarded, and the connection goes on")
    func crossed() async throws {
        let server = try await FrameServer.start(.late(requests: 60))
        let lived = try await LiveFixture.run(
            [
                "policies.standard.timeout": "2s", "workloads.app.rate": "100k/s",
                "policies.standard.retry": "{backoff: fixed, jitter: none, base: 3s, attempts: 20}",
            ], messages: 60
        ) { run in
            run.connections = 1
            run.configureClient = { $0.port = server.port }
        }
        try await server.stop()
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 60)
        #expect(server.books.withLockedValue(\.late) == 60)
        #expect(lived.result.books.timeouts >= 60)
        // Their bodies are twice the connection's window.
        #expect(lived.result.clients[0].connections == 1)
        #expect(lived.result.clients[0].resets == 0)
        lived.expectReplays()
    }

    @Test("requests that gave up waiting for a connection take nobody's place in the line")
    func withdrawn() async throws {
        // Accepts and says nothing.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let lived = try await LiveFixture.run(
            [
                "policies.standard.timeout": "20ms", "stages.sender.concurrency": "10",
                "policies.standard.retry": "{backoff: none, jitter: none, attempts: 3}",
                "policies.standard.waiting": "hold",
            ], messages: 60
        ) { run in
            run.configureClient = { client in
                (client.port, client.connectTimeout, client.maximumWaiting) = (port, .minutes(5), 20)
            }
        }
        try await group.shutdownGracefully()
        lived.expectBooksBalance()
        #expect(lived.result.books.attempts == 180)
        #expect(lived.result.clients[0].refused == 0, "never more than ten at once")
        lived.expectReplays()
    }

    @Test("the server takes no more connections and keeps no more books than it is told to")
    func limits() async throws {
        let lived = try await LiveFixture.run(
            ["policies.standard.retry": "{backoff: none, jitter: none, attempts: 1}"], messages: 40
        ) { run in
            run.configure = { ($0.maximumConnections, $0.maximumNotifications) = (1, 25) }
            run.configureClient = { $0.reconnect = (.milliseconds(5), .milliseconds(50)) }
        }
        lived.expectBooksBalance()
        #expect(lived.result.servers[0].connections == 1)
        #expect(lived.result.clients[0].connections == 1)
        #expect(lived.result.clients[0].failedConnections > 0, "the second is refused")
        #expect(lived.result.books[.delivered] == 25)
        #expect(lived.result.servers[0].answers == [200: 25, 503: 15])
    }
}
