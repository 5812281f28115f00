// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// A run in a few lines, for people.
public struct LiveSummary {
    public let text: String

    public init(_ result: LiveRun.Result, of scenario: LiveScenario) {
        let books = result.books
        var lines = [
            "\(scenario.name): \(Self.grouped(books.submitted)) notifications in \(Self.time(result.elapsed.nanoseconds)), "
                + "\(Self.grouped(result.unsettled)) not settled" + (result.wasInterrupted ? ", interrupted" : "")
        ]
        lines.append(
            "  "
                + Outcome.allCases.filter { books[$0] > 0 || $0 == .delivered || $0 == .deadLettered }
                .map { "\(Self.name($0)) \(Self.grouped(books[$0]))" }.joined(separator: "  "))
        let latency = result.latency
        let values = [("p50", latency[0.5]), ("p99", latency[0.99]), ("max", latency.count > 0 ? latency.max : nil)]
        lines.append(
            "  latency  "
                + values.map { "\($0) \($1.map { Self.time($0.nanoseconds) } ?? "not measured")" }.joined(
                    separator: "  "))
        lines.append(
            "  attempts \(Self.grouped(books.attempts))  amplification \(Self.decimal(books.amplification))  "
                + "time-outs \(Self.grouped(books.timeouts))  broken off \(Self.grouped(books.transportFailures))  "
                + "breakers opened \(Self.grouped(Int(result.counters.breakersOpened)))")
        let waits = (0...UInt8.max).compactMap(WaitReason.init).filter { books[$0] > 0 }
        lines.append(
            "  waits    "
                + (waits.isEmpty ? "none" : waits.map { "\($0) \(Self.grouped(books[$0]))" }.joined(separator: "  ")))
        for (index, server) in result.servers.enumerated() {
            let answers = server.answers.sorted { $0.key < $1.key }
                .map { "\($0.key == 0 ? "reset" : "\($0.key)"): \(Self.grouped($0.value))" }
            lines.append(
                "  \(scenario.providers[index].name): \(Self.grouped(server.requests)) requests  "
                    + answers.joined(separator: "  ") + "  taken twice \(Self.grouped(server.duplicates))  connections "
                    + "\(Self.grouped(server.connections))  most streams \(Self.grouped(server.mostStreams))  "
                    + "sent anew \(Self.grouped(result.clients[index].resent))  "
                    + "fallen silent \(Self.grouped(result.clients[index].silent))"
            )
        }
        text = lines.joined(separator: "\n")
    }

    private static func name(_ outcome: Outcome) -> String {
        outcome == .deadLettered ? "dead-lettered" : "\(outcome)"
    }

    private static func time(_ nanoseconds: Int64) -> String {
        nanoseconds < 1_000_000_000
            ? decimal(Double(nanoseconds) / 1e6) + " ms" : decimal(Double(nanoseconds) / 1e9) + " s"
    }

    /// Three digits that matter, at most two after the point.
    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        if value >= 100 { return grouped(Int(value.rounded())) }
        if value >= 10 { return "\(hundredths / 100).\(hundredths / 10 % 10)" }
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = Array(String(value).reversed())
        for place in stride(from: 3, to: digits.count, by: 3).reversed() { digits.insert(",", at: place) }
        return String(digits.reversed())
    }
}
