// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Testing

/// Stories as text and as traces.
@Suite struct TraceTests {
    static let story = Story(
        scenario: "told \"twice\"", seed: 3, subject: "app/12", heading: ["push on ios"],
        steps: [
            Story.Step(number: 1, nanoseconds: 120_000_000, place: "told", text: "submitted"),
            Story.Step(
                number: 2, nanoseconds: 120_500_400, endNanoseconds: 165_500_400, place: "sender-2",
                text: "attempt 1 to apns", cause: 1),
            Story.Step(number: 3, nanoseconds: 165_500_400, place: "apns", text: "503 after 45 ms", cause: 2),
            Story.Step(number: 4, nanoseconds: 165_500_400, place: "sender-2", text: "done\u{7}with it", cause: 2),
        ])

    private struct Record {
        let object: [String: Any]
        var phase: String { object["ph"] as? String ?? "" }
        subscript(key: String) -> Double? { (object[key] as? NSNumber)?.doubleValue }
    }

    private static func records() throws -> [Record] {
        let object = try JSONSerialization.jsonObject(with: Data(TraceJSON.text(story).utf8))
        let trace = try #require(object as? [String: Any])
        #expect(trace["displayTimeUnit"] as? String == "ms")
        return try #require(trace["traceEvents"] as? [[String: Any]]).map(Record.init)
    }

    @Test("each record of a trace has what the trace event format asks of its phase")
    func format() throws {
        for record in try Self.records() {
            #expect(record.object["name"] is String && record["pid"] == 1 && record["tid"] != nil)
            switch record.phase {
            case "M": #expect(record.object["args"] is [String: Any])
            case "X": #expect(try #require(record["ts"]) >= 0 && #require(record["dur"]) > 0)
            case "s", "f": #expect(record["ts"] != nil && record["id"] != nil && record.object["cat"] is String)
            default: Issue.record("phase '\(record.phase)'")
            }
        }
    }

    @Test("a thread is named for every place, and each step is a slice on its own, as long as it lasted")
    func slices() throws {
        let records = try Self.records()
        var names: [Double: String] = [:]
        for record in records where record.object["name"] as? String == "thread_name" {
            names[try #require(record["tid"])] = (record.object["args"] as? [String: Any])?["name"] as? String
        }
        #expect(names.values.sorted() == ["apns", "sender-2", "told"])
        let slices = records.filter { $0.phase == "X" }
        #expect(slices.count == 4)
        #expect(slices.map { names[$0["tid"] ?? 0] } == ["told", "sender-2", "apns", "sender-2"])
        #expect(slices[1]["ts"] == 120_500.4 && slices[1]["dur"] == 45_000)
    }

    @Test("a flow leads from a slice of its cause to the step, and each that begins ends")
    func flows() throws {
        let records = try Self.records()
        let slices = records.filter { $0.phase == "X" }
        let (starts, ends) = (records.filter { $0.phase == "s" }, records.filter { $0.phase == "f" })
        #expect(starts.count == 3 && starts.map { $0["id"] } == ends.map { $0["id"] })
        for flow in starts + ends {
            let time = try #require(flow["ts"])
            let isWithin = slices.contains {
                $0["tid"] == flow["tid"] && ($0["ts"] ?? 0) <= time && time <= ($0["ts"] ?? 0) + ($0["dur"] ?? 0)
            }
            #expect(isWithin)
        }
        #expect(ends.allSatisfy { $0.object["bp"] as? String == "e" })
    }

    @Test("the text has a line a step with its time, its place, and its cause where that is not the one before")
    func text() {
        let lines = StoryText.text(Self.story, colour: false).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "app/12 in told \"twice\", seed 3" && lines[1] == "  push on ios")
        #expect(lines[3] == "1  0.120000 s  told      submitted")
        #expect(lines[4] == "2  0.120500 s  sender-2  attempt 1 to apns")
        #expect(lines[6] == "4  0.165500 s  sender-2  done\u{fffd}with it  from 2")
    }

    @Test("where two runs part is told with what both have before")
    func parting() {
        let step = Story.Step(number: 0, nanoseconds: 5_000_000_000, place: "faults", text: "'crash' begins")
        let parting = Parting(
            first: "seed 1", second: "seed 2", together: 4_900_000_000, apart: 5_000_000_000, eventsInCommon: 17,
            common: [step], firstNext: [step], secondNext: [])
        let text = PartingText.text(parting, colour: false)
        #expect(text.hasPrefix("The runs are the same up to 4.900000 s and part before 5.000000 s"))
        #expect(text.contains("both (17 events since then)") && text.contains("'crash' begins"))
        #expect(text.contains("The other run is over by then."))
    }
}
