// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives

/// A run's result for programs: JSON with its keys in order. Times are seconds; what was not measured is left out.
public struct LiveReport: Encodable, Sendable {
    public static let schema = 1

    struct Scenario: Encodable {
        var name: String
        var seed: UInt64
    }

    struct Latency: Encodable {
        var count: Int64
        var mean, p50, p90, p99, p999, max: Double?
    }

    struct Provider: Encodable {
        var name: String
        var requests: Int
        /// By status; "0": the stream was reset.
        var answers: [String: Int]
        var silences: Int
        var accepted: Int
        /// Notifications that it took more than once.
        var duplicates: Int
        var connections: Int
        var mostStreams: Int
        var client: APNsClient.Statistics
    }

    var schema = Self.schema
    var scenario: Scenario
    var elapsedSeconds: Double
    /// The run was ended before its time: nothing here is its whole story.
    var partial: Bool
    var submitted: Int
    var unsettled: Int
    var outcomes: [String: Int]
    var latency: Latency
    var attempts: Int
    var amplification: Double
    var timeouts: Int
    var transportFailures: Int
    var cancelled: Int
    var requeued: Int
    var waits: [String: Int]
    var breakersOpened: Int64
    var providers: [Provider]

    public init(_ result: LiveRun.Result, of scenario: LiveScenario) {
        let books = result.books
        self.scenario = Scenario(name: scenario.name, seed: scenario.seed)
        (elapsedSeconds, partial) = (result.elapsed.seconds, result.wasInterrupted)
        (submitted, unsettled) = (books.submitted, result.unsettled)
        outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ("\($0)", books[$0]) })
        let measured = result.latency
        latency = Latency(count: measured.count)
        if measured.count > 0 {
            (latency.mean, latency.max) = (measured.mean.seconds, measured.max.seconds)
            (latency.p50, latency.p90) = (measured[0.5]?.seconds, measured[0.9]?.seconds)
            (latency.p99, latency.p999) = (measured[0.99]?.seconds, measured[0.999]?.seconds)
        }
        (attempts, amplification, timeouts) = (books.attempts, books.amplification, books.timeouts)
        (transportFailures, cancelled, requeued) = (books.transportFailures, books.cancelled, books.requeued)
        let reasons = (0...UInt8.max).compactMap(WaitReason.init).filter { books[$0] > 0 }
        waits = Dictionary(uniqueKeysWithValues: reasons.map { ("\($0)", books[$0]) })
        breakersOpened = Int64(result.counters.breakersOpened)
        providers = result.servers.indices.map { index in
            let server = result.servers[index]
            return Provider(
                name: scenario.providers[index].name, requests: server.requests,
                answers: Dictionary(uniqueKeysWithValues: server.answers.map { ("\($0.key)", $0.value) }),
                silences: server.silences, accepted: server.accepted.count, duplicates: server.duplicates,
                connections: server.connections, mostStreams: server.mostStreams, client: result.clients[index])
        }
    }

    /// As text that ends with the end of a line.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
