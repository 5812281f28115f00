// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Expectations")
struct ExpectationTests {
    private func condition(_ text: String) throws -> GaleScenarioLanguage.Expectation.Condition {
        let scenario = Examples.brownout.replacing("- lost = 0", with: "- \"\(text)\"")
        do throws(ScenarioError) {
            return try ScenarioReader.read(text: scenario).expectations[0].condition
        } catch {
            Issue.record("\(error.text)")
            throw error
        }
    }

    @Test("entries of the ledger take a count or a share, of all channels or one")
    func entries() throws {
        #expect(
            try condition("undelivered < 0.1%")
                == .comparison(.init(metric: .count(.undelivered, .all), comparator: .less, bound: .share(0.001)), .all)
        )
        #expect(
            try condition("in-app.dead-lettered<=10k during brownout")
                == .comparison(
                    .init(metric: .count(.deadLettered, .channel(3)), comparator: .lessOrEqual, bound: .count(10_000)),
                    .during(fault: 0)))
        for entry in GaleScenarioLanguage.Expectation.LedgerEntry.allCases {
            _ = try condition("\(entry.rawValue) >= 1")
        }
    }

    @Test("percentiles are read as people write them")
    func percentiles() throws {
        let cases: [(String, Double)] = [
            ("p50", 0.5), ("p5", 0.05), ("p99", 0.99), ("p99.9", 0.999), ("p999", 0.999), ("p9999", 0.9999),
            ("p99.99", 0.9999), ("p0.1", 0.001),
        ]
        for (text, quantile) in cases {
            #expect(
                try condition("\(text)(latency) < 2s")
                    == .comparison(
                        .init(metric: .quantile(quantile, .all), comparator: .less, bound: .interval(.seconds(2))), .all
                    ))
        }
    }

    @Test("a latency is that of a channel, a stage or a provider")
    func subjects() throws {
        func metric(_ text: String) throws -> GaleScenarioLanguage.Expectation.Metric? {
            guard case .comparison(let comparison, _) = try condition("\(text) < 1s") else { return nil }
            return comparison.metric
        }
        #expect(try metric("mean(push.latency)") == .mean(.channel(0)))
        #expect(try metric("max(sender.latency)") == .maximum(.stage(0)))
        #expect(try metric("p99(fcm.latency)") == .quantile(0.99, .provider(1)))
    }

    @Test("attempts, errors, backlog, throughput and amplification have bounds of their own")
    func others() throws {
        func comparison(_ text: String) throws -> GaleScenarioLanguage.Expectation.Comparison? {
            guard case .comparison(let comparison, _) = try condition(text) else { return nil }
            return comparison
        }
        #expect(
            try comparison("attempts(apns) < 3M")
                == .init(metric: .attempts(provider: 0), comparator: .less, bound: .count(3_000_000)))
        #expect(try comparison("attempts < 3M")?.metric == .attempts(provider: nil))
        #expect(
            try comparison("errors(apns) < 5%")
                == .init(metric: .errors(provider: 0), comparator: .less, bound: .share(0.05)))
        #expect(
            try comparison("backlog(outbox) < 10k")
                == .init(metric: .backlog(topic: 0), comparator: .less, bound: .count(10_000)))
        #expect(
            try comparison("throughput > 100k/s")
                == .init(metric: .throughput, comparator: .greater, bound: .ratio(100_000)))
        #expect(
            try comparison("amplification < 1.4")
                == .init(metric: .amplification, comparator: .less, bound: .ratio(1.4)))
    }

    @Test("a fault that ends after the load leaves nothing of which a recovery could be measured; a backlog could")
    func recoveryWithoutLoad() throws {
        func short(_ expectation: String, load: String = "150s") -> [Diagnostic] {
            let text = Examples.brownout.replacing("duration: 6min", with: "duration: \(load)").replacing(
                "within 2min after brownout: p99(push.latency) < 2s and backlog(outbox) < 10k", with: expectation)
            do throws(ScenarioError) { _ = try ScenarioReader.read(text: text) } catch { return error.diagnostics }
            return []
        }
        let wrong = short("within 2min after brownout: p99(push.latency) < 2s")
        #expect(wrong.count == 1 && wrong[0].location.line == 50 && wrong[0].location.column == 5)
        #expect(wrong[0].message.contains("ends, at 3min, after the load of 150s"), "\(wrong[0].text)")
        #expect(wrong[0].remedy?.contains("--duration 190s") == true && wrong[0].remedy?.contains(".for=TIME") == true)
        #expect(short("within 2min after brownout: backlog(outbox) < 10k").isEmpty)
        #expect(short("within 2min after brownout: p99(push.latency) < 2s", load: "190s").isEmpty)
        let after = short("p99(latency) < 2s after brownout")
        #expect(after.count == 1 && after[0].remedy?.contains("--duration 190s") == true)
        let during = short("p99(latency) < 2s during brownout", load: "119s")
        #expect(during.contains { $0.message.contains("nothing is sent during fault 'brownout'") && $0.remedy != nil })
    }

    @Test("duplicates may be more than messages, so that a share of theirs may be above 100%")
    func duplicates() throws {
        _ = try condition("duplicates < 120%")
        _ = try condition("undelivered < 100%")
        _ = try condition("amplification >= 1")
    }

    @Test("a recovery has a time, a fault and one or more clauses")
    func recovery() throws {
        let clauses = [
            GaleScenarioLanguage.Expectation.Comparison(
                metric: .quantile(0.99, .channel(0)), comparator: .less, bound: .interval(.seconds(2))),
            GaleScenarioLanguage.Expectation.Comparison(
                metric: .backlog(topic: 0), comparator: .less, bound: .count(10_000)),
        ]
        #expect(
            try condition("within 2min after brownout: p99(push.latency) < 2s and backlog(outbox) < 10k")
                == .recovery(within: .minutes(2), fault: 0, clauses))
    }
}
