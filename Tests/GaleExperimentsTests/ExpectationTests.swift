// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite struct ExpectationTests {
    private func evaluate(
        _ source: HandMadeMeasurements, _ comparison: Comparison, _ selector: Expectation.Selector = .all,
        in specification: WorldSpecification = specification(duration: 60)
    ) -> ExpectationSummary {
        let evaluator = ExpectationEvaluator(source: source, specification: specification)
        return evaluator.evaluate(expectation(.comparison(comparison, selector)))
    }

    @Test("a quantile below the undelivered share is finite, one that falls on an undelivered message is infinite")
    func undeliveredIsInfinite() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(98, in: 0..<1, latency: .milliseconds(200))
        source.send(2, in: 0..<1, latency: nil)
        let finite = evaluate(source, compare(.quantile(0.98, push), .less, .interval(.milliseconds(250))))
        #expect(finite.held)
        #expect(finite.value == "200 ms")
        let infinite = evaluate(source, compare(.quantile(0.99, push), .less, .interval(.hours(1000))))
        #expect(!infinite.held)
        #expect(infinite.value == "inf")
        #expect(evaluate(source, compare(.mean(push), .less, .interval(.hours(1)))).value == "inf")
        #expect(evaluate(source, compare(.maximum(push), .greater, .interval(.hours(1)))).held)
    }

    @Test("when nothing at all was delivered, latency is infinite rather than not measured")
    func nothingDelivered() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(in: 0..<1, latency: nil)
        #expect(evaluate(source, compare(.quantile(0.5, push), .less, .interval(.seconds(1)))).value == "inf")
    }

    @Test("no samples means not measured, and neither a comparison nor its opposite holds")
    func notMeasured() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(in: 0..<1, channel: .email, latency: .seconds(1))
        for comparator in Expectation.Comparator.allCases {
            let latency = evaluate(source, compare(.quantile(0.99, push), comparator, .interval(.seconds(1))))
            #expect(!latency.held)
            #expect(latency.value == "not measured" && latency.notMeasured == true)
            #expect(!evaluate(source, compare(.count(.lost, push), comparator, .count(0))).held)
            #expect(!evaluate(source, compare(.errors(provider: 0), comparator, .share(0.1))).held)
        }
        let submitted = evaluate(source, compare(.count(.submitted, push), .equal, .count(0)))
        #expect(submitted.held && submitted.notMeasured == nil)
        source.messages = []
        #expect(evaluate(source, compare(.amplification, .less, .ratio(2))).value == "not measured")
    }

    @Test("what is beyond a bound is kept with a tenth of it; what is without end, or never came, stays so")
    func excess() throws {
        func excess(_ count: Int, _ bound: Expectation.Bound) -> Excess? {
            let source = HandMadeMeasurements(seconds: 60)
            source.send(1_000 - count, in: 0..<1, latency: .seconds(1))
            source.send(count, in: 0..<1, latency: nil)
            return ExpectationEvaluator(source: source, specification: specification(duration: 60)).excess(
                of: expectation(.comparison(compare(.count(.undelivered, .all), .less, bound), .all)))
        }
        #expect(excess(4, .count(5)) == nil)
        let first = try #require(excess(855, .count(5)))
        #expect(first.value == "855" && first.amount == 850)
        let (tenth, less) = (try #require(excess(90, .count(5))), try #require(excess(89, .count(5))))
        #expect(first.isKept(in: tenth) && !first.isKept(in: less))
        let (half, little) = (try #require(excess(500, .share(0.01))), try #require(excess(55, .share(0.01))))
        #expect(half.value == "50%" && !half.isKept(in: little))
        let (any, one) = (try #require(excess(855, .count(1))), try #require(excess(1, .count(1))))
        #expect(any.isKept(in: one))
        let never = Excess(value: "inf", amount: nil)
        #expect(never.isKept(in: never) && !never.isKept(in: first) && first.isKept(in: never))
        let unrecovered = Excess(value: "not recovered", amount: 8, clause: 1)
        let late = Excess(value: "late", amount: 100)
        #expect(!unrecovered.isKept(in: late) && !late.isKept(in: unrecovered))
        #expect(unrecovered.isKept(in: Excess(value: "not recovered", amount: 0.1, clause: 0)))
        #expect(!unrecovered.isKept(in: Excess(value: "not recovered", amount: 0.1, clause: 1)))
    }

    @Test("a share bound compares with the share of what was submitted, a count bound with the count")
    func shareOfSubmitted() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(999, in: 0..<1, latency: .seconds(1))
        source.send(1, in: 0..<1, latency: nil)
        let exact = evaluate(source, compare(.count(.undelivered, .all), .lessOrEqual, .share(0.001)))
        #expect(exact.held)
        #expect(exact.value == "0.1%")
        #expect(!evaluate(source, compare(.count(.undelivered, .all), .less, .share(0.001))).held)
        let count = evaluate(source, compare(.count(.undelivered, .all), .less, .count(2)))
        #expect(count.held)
        #expect(count.value == "1")
    }

    @Test("latency alone merges all channels; a channel's own sees only its messages")
    func channels() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(100, in: 0..<1, latency: .milliseconds(100))
        source.send(100, in: 0..<1, channel: .email, latency: .seconds(10))
        #expect(evaluate(source, compare(.quantile(0.99, push), .less, .interval(.seconds(1)))).held)
        #expect(!evaluate(source, compare(.quantile(0.99, email), .less, .interval(.seconds(1)))).held)
        #expect(!evaluate(source, compare(.quantile(0.99, .all), .less, .interval(.seconds(1)))).held)
        #expect(evaluate(source, compare(.quantile(0.50, .all), .less, .interval(.seconds(1)))).held)
    }

    @Test("before, during and after a fault select by intended send time")
    func selectors() {
        let source = HandMadeMeasurements(seconds: 60, cuts: [20, 30])
        source.send(10, in: 0..<20, latency: .milliseconds(100))
        source.send(10, in: 20..<30, latency: .seconds(5))
        source.send(10, in: 30..<60, latency: .milliseconds(300))
        let faulty = specification(duration: 60, fault: (20, 10))
        let p99 = compare(.quantile(0.99, push), .less, .interval(.seconds(1)))
        #expect(evaluate(source, p99, .before(fault: 0), in: faulty).value == "100 ms")
        #expect(!evaluate(source, p99, .during(fault: 0), in: faulty).held)
        #expect(evaluate(source, p99, .during(fault: 0), in: faulty).value == "5 s")
        #expect(evaluate(source, p99, .after(fault: 0), in: faulty).value == "300 ms")
        let submitted = compare(.count(.submitted, .all), .equal, .count(100))
        #expect(evaluate(source, submitted, .during(fault: 0), in: faulty).held)
    }

    @Test("phases that another fault cuts are merged")
    func mergedPhases() {
        // A second fault at 10 to 25 s cuts the time line as well; the selector is about the first, 20 to 30 s.
        let source = HandMadeMeasurements(seconds: 60, cuts: [10, 20, 25, 30])
        source.send(1, in: 0..<60, latency: .milliseconds(100))
        let faulty = specification(duration: 60, fault: (20, 10))
        for (selector, count) in [
            (Expectation.Selector.before(fault: 0), 20), (.during(fault: 0), 10), (.after(fault: 0), 30), (.all, 60),
        ] {
            let submitted = compare(.count(.submitted, push), .equal, .count(Int64(count)))
            #expect(evaluate(source, submitted, selector, in: faulty).held)
        }
    }

    @Test("amplification is attempts over the messages that needed one")
    func amplification() {
        let source = HandMadeMeasurements(seconds: 60)
        source.send(3, in: 0..<1, latency: .seconds(1), attempts: 2)
        source.send(5, in: 0..<1, latency: nil, attempts: 0)
        let reading = evaluate(source, compare(.amplification, .equal, .ratio(2)))
        #expect(reading.held)
        #expect(reading.value == "2")
    }

    @Test("a backlog is the highest of its slots, by the clock")
    func backlog() {
        let source = HandMadeMeasurements(seconds: 60)
        source.backlogs[0] = (0..<60).map { $0 == 25 ? 12_345 : 7 }
        let faulty = specification(duration: 60, fault: (20, 10))
        let bound = compare(.backlog(topic: 0), .less, .count(100))
        #expect(evaluate(source, bound, .before(fault: 0), in: faulty).value == "7")
        #expect(evaluate(source, bound, .during(fault: 0), in: faulty).value == "12,345")
        #expect(evaluate(source, bound, .after(fault: 0), in: faulty).held)
        #expect(!evaluate(source, bound, .all, in: faulty).held)
    }

    @Test("errors at a provider are a share of its attempts")
    func errors() {
        let source = HandMadeMeasurements(seconds: 2)
        source.providerAttempts[0] = [(100, 5, 1), (100, 0, 0)]
        let reading = evaluate(source, compare(.errors(provider: 0), .lessOrEqual, .share(0.025)))
        #expect(reading.held)
        #expect(reading.value == "2.5%")
        #expect(evaluate(source, compare(.attempts(provider: nil), .equal, .count(200))).held)
    }

    @Test("what was spent is what each provider took, times its price; without prices nothing is measured")
    func spent() {
        let source = HandMadeMeasurements(seconds: 60)
        var specification = specification(duration: 60)
        let priced = compare(.spent(provider: nil), .less, .ratio(1))
        #expect(evaluate(source, priced, in: specification).value == "not measured")
        var policy = Policy(routes: [])
        policy.routing.money = MoneyPolicy(prices: [.init(provider: ProviderIndex(rawValue: 0), micros: 7_500)])
        specification.policies = [PolicySpecification(name: "priced", policy: policy, stores: [:])]
        #expect(!specification.providers.isEmpty)
        // Seven were taken.
        #expect(evaluate(source, priced, in: specification).value == "0.0525")
        let one = evaluate(source, compare(.spent(provider: 0), .greater, .ratio(0.05)), in: specification)
        #expect(one.held && one.value == "0.0525")
    }

    @Test("throughput is deliveries per second while the load lasts")
    func throughput() {
        let source = HandMadeMeasurements(seconds: 4)
        source.deliveries = [100, 200, 900, 900]
        let short = specification(duration: 2, drain: 2)
        let reading = evaluate(source, compare(.throughput, .greaterOrEqual, .count(150)), in: short)
        #expect(reading.held)
        #expect(reading.value == "150/s")
    }
}
