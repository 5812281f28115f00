// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleReporting
import Testing

@Suite("Files of a run")
struct FilesTests {
    @Test("summary.json holds the summary: sorted keys, exact integers, infinities as strings")
    func summary() throws {
        var summary = Fixture.rich.summary
        summary.amplification = .infinity
        let text = SummaryJSON.text(summary)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        #expect(try decoder.decode(RunSummary.self, from: Data(text.utf8)) == summary)
        #expect(text.contains("\"amplification\" : \"inf\""))
        #expect(text.contains("\"seed\" : 18446744073709551615"))
        #expect(text.hasSuffix("}\n"))
        let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.map { $0.prefix { $0 != ":" } }
        #expect(keys == keys.sorted() && keys.count == 19)
        #expect(SummaryJSON.text(summary) == text)
    }

    @Test("timing.json has what depends on the machine")
    func timing() throws {
        let text = TimingJSON.text(Fixture.timing)
        let decoded = try JSONDecoder().decode(RunTiming.self, from: Data(text.utf8))
        #expect(decoded.wallSeconds == 141.52 && decoded.peakMemoryBytes == 512_345_678)
    }

    @Test("timeseries.csv has a line per slot and a column per series; what was not measured is empty")
    func timeSeries() {
        let lines = TimeSeriesCSV.text(Fixture.rich).split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines[0].split(separator: ",")
        #expect(lines.count == 1 + Fixture.slots + 1)
        #expect(head.count == 1 + 4 * 7 + 6 * 3 + 2 + 2)
        #expect(head.prefix(3) == ["seconds", "channel.push.submitted", "channel.push.delivered"])
        for line in lines.dropFirst().dropLast() {
            #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == head.count)
        }
        let late = lines[401].split(separator: ",", omittingEmptySubsequences: false)
        #expect(late[0] == "400.0" && late[1] == "0" && late[5] == "")
        #expect(TimeSeriesCSV.text(Fixture.empty) == "seconds\n")
    }

    @Test("A name with a comma or a quotation mark is quoted")
    func quoting() {
        var result = Fixture.empty
        result.topicSeries = [.init(topic: "a,\"b\"", backlog: [7])]
        #expect(TimeSeriesCSV.text(result) == "seconds,\"topic.a,\"\"b\"\".backlog\"\n0.0,7\n")
    }

    @Test("checkpoints.csv has a line per checkpoint")
    func checkpoints() {
        let lines = CheckpointsCSV.text(Fixture.rich).split(separator: "\n")
        #expect(lines.count == 4201)
        #expect(lines[0] == "nanoseconds,events,digest")
        #expect(lines[1] == "100000000,193415,0000000000000000\(String(0x9e37_79b9_7f4a_7c15 as UInt64, radix: 16))")
    }

    @Test("latency.hgrm is HdrHistogram's percentile format, in milliseconds")
    func percentiles() {
        var result = Fixture.empty
        result.summary.latency["all"] = LatencySummary(
            count: 2, mean: 0.0015, p50: 0.001, p90: 0.002, p99: 0.002, p999: 0.002, p9999: 0.002, max: 0.002)
        result.distributions = [
            .init(
                name: "all",
                points: [
                    .init(quantile: 0, seconds: 0.001, count: 1), .init(quantile: 0.5, seconds: 0.001, count: 1),
                    .init(quantile: 1, seconds: 0.002, count: 2),
                ])
        ]
        #expect(
            LatencyHGRM.text(result) == """
                       Value     Percentile TotalCount 1/(1-Percentile)

                    1.000000 0.000000000000          1           1.00
                    1.000000 0.500000000000          1           2.00
                    2.000000 1.000000000000          2
                #[Mean    =     1.500000]
                #[Max     =     2.000000, Total count    =            2]

                """)
    }
}
