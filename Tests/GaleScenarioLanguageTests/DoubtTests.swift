// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleScenarioLanguage
import Testing

@Suite("What is legal and surely not meant")
struct DoubtTests {
    private static let breaker = "breaker: {failure-rate: 50%, window: 10s, open: 30s}"
    private static let retry =
        "retry: {backoff: exponential, jitter: full, base: 1s, cap: 60s, attempts: 6, budget: 20%}"

    private func warnings(_ original: String, _ replacement: String) throws -> [Diagnostic] {
        do throws(ScenarioError) {
            return try ScenarioReader.read(
                text: Examples.brownout.replacing(original, with: replacement).replacing(
                    "retry.budget: none", with: "retry: {}")
            ).warnings
        } catch {
            Issue.record("\(error.text)")
            throw error
        }
    }

    private func policy(_ line: String) throws -> [Diagnostic] {
        try warnings("waiting: park", "waiting: park\n    \(line)")
    }

    @Test("a budget of more retries than the attempts allow is warned of; one without end, or of fewer, is not")
    func budget() throws {
        let warned = try warnings("budget: 20%", "budget: 900%")
        #expect(warned.count == 1)
        #expect(
            warned[0].message.contains("900%") && warned[0].message.contains("6 attempts are 5 retries of each, 500%"))
        #expect(warned[0].location.line == 42 && warned[0].severity == .warning && warned[0].remedy != nil)
        #expect(try warnings("budget: 20%", "budget: {ratio: 501%}").count == 1)
        #expect(try warnings("budget: 20%", "budget: 500%").isEmpty)
        #expect(try warnings("attempts: 6, budget: 20%", "attempts: unlimited, budget: 900%").isEmpty)
        #expect(try warnings("attempts: 6, budget: 20%", "attempts: 1, budget: 20%").isEmpty)
    }

    @Test("a breaker on slow calls that the time-out ends before is warned of; a preset's own is not")
    func slowCalls() throws {
        func breaker(_ text: String) throws -> [Diagnostic] {
            try warnings(Self.breaker, "breaker: \(text)")
        }
        let warned = try breaker("{slow-rate: 50%}")
        #expect(warned.count == 1 && warned[0].message.contains("one is after 1min"), "\(warned)")
        #expect(warned[0].remedy == "a `slow-after` below 10s")
        #expect(try breaker("{slow-rate: 50%, slow-after: 2s}").isEmpty)
        #expect(try breaker("resilience4j").isEmpty)
    }

    @Test("a recovery that is asked for with a load too short to see it is warned of; one that nobody asks for is not")
    func recovery() throws {
        func warnings(_ line: String, variant: String? = nil) throws -> [Diagnostic] {
            try ScenarioReader.read(text: Examples.brownout + "\n" + line, variant: variant).warnings
        }
        let warned = try warnings("recovery: {within: 2h}\n")
        #expect(
            warned.count == 1 && warned[0].message.contains("recovery may take 2h, and the load ends at"), "\(warned)")
        #expect(try warnings("recovery: {within: 1s}\n").isEmpty)
        #expect(try warnings("recovery: none\n").isEmpty)
        #expect(try warnings("").isEmpty)
    }

    @Test("a doubt about what only a variant makes of the scenario names the variant")
    func variant() throws {
        let text = Examples.brownout.replacing("retry.budget: none", with: "retry.budget: 900%")
        #expect(try ScenarioReader.read(text: text).warnings.isEmpty)
        let own = try ScenarioReader.read(text: text, variant: "naive").warnings
        #expect(own.count == 1 && own[0].message.hasPrefix("variant 'naive': ") && own[0].message.contains("900%"))
        let common = try ScenarioReader.read(
            text: Examples.brownout.replacing("budget: 20%", with: "budget: 900%").replacing(
                "retry.budget: none", with: "timeout: 9s"), variant: "naive"
        ).warnings
        #expect(common.count == 1 && !common[0].message.contains("naive"), "\(common)")
    }

    @Test("an expectation that is written twice counts once, and is warned of with both lines")
    func repetition() throws {
        let text = Examples.brownout.replacing("  - amplification < 1.4", with: "  - amplification < 1.4\n  - lost=0")
        let scenario = try ScenarioReader.read(text: text)
        #expect(scenario.expectations.count { $0.text == "lost = 0" } == 1)
        #expect(!scenario.expectations.contains { $0.text == "lost=0" })
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let (first, second) = (lines.firstIndex(of: "  - lost = 0"), lines.firstIndex(of: "  - lost=0"))
        let warning = try #require(scenario.warnings.first)
        #expect(scenario.warnings.count == 1 && warning.location.line == (second ?? 0) + 1)
        #expect(warning.message == "'lost = 0' is expected in line \((first ?? 0) + 1) already, and counts once")
        // A variant may be meant to violate either way of writing it.
        let violated = text.replacing("violates: [amplification < 1.4]", with: "violates: [lost=0]")
        #expect(try ScenarioReader.read(text: violated).variants[0].violates == ["lost = 0"])
    }

    @Test("copies that can never be sent are warned of")
    func hedges() throws {
        func hedge(_ attempts: Int, _ after: String) throws -> [Diagnostic] {
            try warnings(Self.retry, "retry: {attempts: \(attempts), hedge: {after: \(after)}}")
        }
        #expect(try hedge(1, "100ms").map(\.message).first?.contains("a copy is an attempt") == true)
        #expect(try hedge(3, "10s").map(\.message).first?.contains("the time-out ends the attempt") == true)
        #expect(try hedge(3, "9s").isEmpty)
    }

    @Test("a bucket that can't pay for some of the retries is warned of")
    func bucket() throws {
        let warned = try warnings(
            Self.retry, "retry: {admission: {bucket: {capacity: 10, cost: 5, timeout-cost: 11, throttled-cost: 10}}}")
        #expect(warned.count == 1)
        #expect(warned[0].message.contains("'timeout-cost' of 11") && warned[0].message.contains("always refused"))
        for preset in RetryPolicy.Preset.allCases {
            #expect(try warnings(Self.retry, "retry: \(preset.rawValue)").isEmpty, "\(preset)")
        }
    }

    @Test("collapsing without collapse keys is warned of, where the policy delivers no workload that has some")
    func collapse() throws {
        let warned = try policy("collapse: true")
        #expect(warned.count == 1)
        #expect(warned[0].message.contains("no workload that it delivers has collapse keys"))
        #expect(warned[0].remedy?.contains("workload 'transactional'") == true && warned[0].location.column == 15)
        #expect(try policy("collapse: false").isEmpty)
        #expect(try warnings("waiting: park", "collapse: true").count == 1)
        let keyed = Examples.brownout.replacing("ttl: 5min", with: "ttl: 5min\n    collapse-keys: 3")
        #expect(
            try ScenarioReader.read(text: keyed.replacing("waiting: park", with: "collapse: true")).warnings.isEmpty)
    }

    @Test("a workload that reaches a policy through another stage counts for it")
    func reach() throws {
        let routed = Examples.everything.replacing("order: none", with: "order: none\n    collapse: true")
        #expect(try ScenarioReader.read(text: routed).warnings.map(\.message).count == 1)
        let keyed = routed.replacing("population: 50,", with: "collapse-keys: 2, population: 50,")
        #expect(try ScenarioReader.read(text: keyed).warnings.isEmpty)
    }

    @Test("a fallback after a time that no notification lives for is warned of")
    func fallback() throws {
        let warned = try policy("fallback: {push: {to: sms, after: 5min}}")
        #expect(warned.count == 1)
        #expect(warned[0].message.contains("from push after 5min never comes by time"))
        #expect(warned[0].message.contains("no notification is worth sending for longer than 5min"))
        #expect(warned[0].remedy?.contains("below 5min") == true && warned[0].location.column == 39)
        #expect(try policy("fallback: {push: {to: sms, after: 299s}}").isEmpty)
        #expect(try policy("fallback: {push: {to: sms}}").isEmpty)
        let deadline = try policy("fallback: {push: {to: sms, after: 2min}}\n    deadlines: {message: 1min}")
        #expect(deadline.count == 1 && deadline[0].message.contains("the deadline of a message is 1min"))
    }

    @Test("a mistake elsewhere is not followed by doubts about what reaches what")
    func noFollowers() throws {
        let text = Examples.brownout.replacing("waiting: park", with: "collapse: true").replacing(
            "into: outbox", with: "into: outbux")
        #expect(throws: ScenarioError.self) { try ScenarioReader.read(text: text) }
        do { _ = try ScenarioReader.read(text: text) } catch { #expect(error.diagnostics.count == 1, "\(error.text)") }
    }
}
