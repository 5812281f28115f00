// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleLive
import GalePrimitives
import Testing

/// GOAWAY as APNs sends it: without notice, in the middle of things, with the last stream that was looked at.
@Suite(.serialized)
struct GoAwayTests {
    @Test("a GOAWAY in mid-flight loses nothing and delivers nothing twice")
    func midFlight() async throws {
        let server = try await FrameServer.start(.leaves(after: 10))
        // Many at once on one connection, of which the server looks at ten.
        let lived = try await LiveFixture.run(["workloads.app.rate": "100k/s"], messages: 60) { run in
            run.connections = 1
            run.configureClient = { ($0.port, $0.resends) = (server.port, 1_000) }
        }
        try await server.stop()
        lived.expectBooksBalance()
        let client = lived.result.clients[0]
        #expect(lived.result.books[.delivered] == 60)
        #expect(lived.result.books.attempts == 60, "what the server had not looked at is no failed attempt")
        #expect(server.taken == 60)
        #expect(client.goAways > 1)
        #expect(client.resent > 0)
        lived.expectReplays()
    }

    @Test("requests that a GOAWAY has seen none of are sent again, and then given up as not taken")
    func unseen() async throws {
        let server = try await FrameServer.start(.leaves(after: 0))
        let lived = try await LiveFixture.run(["workloads.app.ttl": "1s"], messages: 5) { run in
            run.configureClient = { ($0.port, $0.resends) = (server.port, 2) }
        }
        try await server.stop()
        lived.expectBooksBalance()
        #expect(lived.result.books[.delivered] == 0)
        #expect(lived.result.clients[0].goAways > 0)
        #expect(lived.result.clients[0].resent > 0)
        for case .responded(_, let response) in lived.log.entries.map(\.input) {
            #expect(response == .connectionFailed, "nobody has looked at them")
        }
        lived.expectReplays()
    }
}
