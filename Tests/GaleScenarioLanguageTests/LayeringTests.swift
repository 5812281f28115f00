// SPDX-License-Identifier: Apache-2.0
import GaleScenarioLanguage
import Testing

@Suite("Layers: extends, variants, --set")
struct LayeringTests {
    private func error(
        _ text: String, files: [String: String] = [:], set: [String] = [], variant: String? = nil
    ) throws -> ScenarioError {
        do {
            _ = try ScenarioReader.read(
                text: text, files: files, overrides: set.map { Override($0) }, variant: variant)
            throw Accepted()
        } catch let error as ScenarioError {
            return error
        }
    }

    private struct Accepted: Error {}

    @Test("a scenario that extends another changes and removes what it names, and keeps the rest")
    func extends() throws {
        let text = """
            extends: base.yaml
            name: calm
            workloads: {transactional: {rate: 90k/s}}
            faults: ~
            expect: [lost = 0]
            variants: ~
            """
        let scenario = try ScenarioReader.read(text: text, files: ["base.yaml": Examples.brownout])
        #expect(scenario.name == "calm")
        #expect(scenario.specification.workloads[0].rate.points[0].perSecondMicros == 90_000_000_000)
        #expect(scenario.specification.workloads[0].tenantCount == 2000)
        #expect(scenario.specification.faults.isEmpty)
        #expect(scenario.expectations.map(\.text) == ["lost = 0", "undelivered < 0.1%"])
    }

    @Test("a mistake in an extended file is told with that file's name")
    func extendedMistake() throws {
        let base = Examples.brownout.replacing("120k/s", with: "fast")
        let error = try error("extends: base.yaml\nname: other\n", files: ["base.yaml": base])
        #expect(error.diagnostics.map(\.location.description) == ["base.yaml:9:11"])
    }

    @Test("files that extend themselves, leave the tree, or do not exist are refused")
    func extendsRefused() throws {
        let circle = try error(
            "extends: a.yaml", files: ["a.yaml": "extends: scenario.yaml\n", "scenario.yaml": "extends: a.yaml"])
        #expect(circle.diagnostics[0].message.contains("extends itself"))
        for name in ["/etc/passwd", "../../up.yaml", "sub/../../up.yaml", "", "a//b.yaml"] {
            let error = try error("extends: \"\(name)\"\n")
            #expect(error.diagnostics[0].location.description == "scenario.yaml:1:10", "\(error.text)")
        }
        let missing = try error("extends: bsae.yaml", files: ["base.yaml": Examples.brownout])
        #expect(missing.diagnostics[0].suggestion == "base.yaml")
        #expect(missing.diagnostics[0].message.contains("no such file"))
        let siblings = ["../base/base.yaml": Examples.brownout]
        #expect(throws: Never.self) {
            try ScenarioReader.read(text: "extends: ../base/base.yaml\n", files: siblings)
        }
    }

    @Test("a chain of files that is too long is refused")
    func chain() throws {
        var files: [String: String] = [:]
        for number in 1...20 { files["\(number).yaml"] = "extends: \(number + 1).yaml\n" }
        #expect(try error("extends: 1.yaml", files: files).diagnostics[0].message.contains("more than 8"))
    }

    @Test("an override reaches any value, and makes the maps that are missing on the way")
    func overrides() throws {
        let scenario = try ScenarioReader.read(
            text: Examples.brownout,
            overrides: [
                Override("policies.standard.retry.budget=none"), Override("policies.standard.retry.budget.ratio=10%"),
                Override("stages.sender.steps.0.deliver=standard"),
                Override("providers.fcm.quota={count: 100}"), Override("links={far: {latency: constant 80ms}}"),
                Override(path: "providers.apns.link", value: "far"), Override("policies.standard.breaker=none"),
            ])
        let world = scenario.specification
        #expect(world.policies[0].policy.retry.budget?.ratioMicros == 100_000)
        #expect(world.policies[0].policy.breaker == nil)
        #expect(world.providers[1].profile.quota?.count == 100)
        #expect(world.providers[0].link == 0)
    }

    @Test("a mistake in an override points at the override")
    func overrideMistakes() throws {
        let cases: [(set: String, column: Int, suggestion: String?)] = [
            ("duration", 1, nil), ("duraton=5min", 1, "duration"), ("duration=5", 10, nil),
            ("providers.apns.capcity=80k/s", 16, "capacity"), ("providers.apns.capacity=80k/sec", 25, "80k/s"),
            ("providers..capacity=1/s", 1, nil), ("stages.sender.steps.7.deliver=x", 21, nil),
            ("duration.minutes=5", 10, nil), ("extends=x.yaml", 1, nil), ("expect=[lost = 0", 17, nil),
            ("policies.standard.retry={base: 1}", 32, nil),
        ]
        for (set, column, suggestion) in cases {
            let error = try error(Examples.brownout, set: [set])
            #expect(error.diagnostics[0].location.description == "--set:1:\(column)", "\(set)\n\(error.text)")
            #expect(error.diagnostics[0].suggestion == suggestion, "\(error.text)")
        }
    }

    @Test("a mistyped name on the way of an override is told of, and makes nothing new beside the one that was meant")
    func overrideNames() throws {
        let cases: [(set: String, column: Int, says: String, suggestion: String?)] = [
            ("policies.standrad.timeout=5s", 10, "no policy named 'standrad'", "standard"),
            ("policies.std.timeout=5s", 10, "no policy named 'std'", "standard"),
            ("workloads.transactoinal.rate=5/s", 11, "no workload named 'transactoinal'", "transactional"),
            ("providers.apsn.capacity=5/s", 11, "no provider named 'apsn'", "apns"),
            ("stages.x.replicas=2", 8, "no stage named 'x'", "sender"),
            ("providers.nobody.capacity=5/s", 11, "no provider named 'nobody'", nil),
            ("faults.browonut=~", 8, "no fault named 'browonut'", "brownout"),
            ("links.far.latency=3ms", 7, "no link named 'far'", nil),
        ]
        for (set, column, says, suggestion) in cases {
            let error = try error(Examples.brownout, set: [set])
            #expect(error.diagnostics.count == 1, "\(error.text)")
            #expect(error.diagnostics[0].location.description == "--set:1:\(column)", "\(error.text)")
            #expect(
                error.diagnostics[0].message == says && error.diagnostics[0].suggestion == suggestion, "\(error.text)")
        }
        let none = try error(Examples.brownout, set: ["links.far.latency=3ms"]).text
        #expect(none.contains("declares none") && none.contains("links.far={KEY: VALUE, …}"))
        let some = try error(Examples.brownout, set: ["providers.nobody.capacity=5/s"]).text
        #expect(some.contains("declared: apns, fcm, smtp, sms-a, sms-b, gateway; a new one is given whole"))
    }

    @Test("a mistyped name in a variant or in what is explored is told of at its place")
    func pathNames() throws {
        let variant = Examples.brownout.replacing(
            "{policies.standard.retry.budget", with: "{policies.standart.retry.budget")
        let wrong = try error(variant).diagnostics
        #expect(wrong.count == 1 && wrong[0].suggestion == "standard")
        #expect(wrong[0].message == "variant 'naive': no policy named 'standart'")
        #expect(wrong[0].location.line == 53 && wrong[0].location.column == 26)
        let explored = Examples.brownout + "\nexplore: {stages.sendr.replicas: 2..12}\n"
        let range = try error(explored).diagnostics
        #expect(range.count == 1 && range[0].suggestion == "sender" && range[0].location.line == 54)
    }

    @Test(
        "a whole declaration may be new, and what follows may change it; what is missing in it is told of at the override"
    )
    func newNames() throws {
        let world = try ScenarioReader.read(
            text: Examples.brownout,
            overrides: [
                Override("faults.second={at: 4min, for: 10s, provider: fcm, capacity: 10%}"),
                Override("faults.second.for=20s"), Override("faults.second.for=30s"),
            ]
        ).specification
        #expect(world.faults.map(\.name) == ["brownout", "second"] && world.faults[1].length == .seconds(30))
        let error = try error(Examples.brownout, set: ["workloads.transactional.rate={}"])
        #expect(error.diagnostics[0].location.description == "--set:1:25", "\(error.text)")
    }

    @Test("a variant is applied by name, and an unknown one is refused with the nearest")
    func variants() throws {
        let scenario = try ScenarioReader.read(text: Examples.brownout, variant: "naive")
        #expect(scenario.variant == "naive")
        #expect(scenario.specification.policies[0].policy.retry.budget == nil)
        let error = try error(Examples.brownout, variant: "naiv")
        #expect(error.diagnostics[0].suggestion == "naive")
        #expect(error.diagnostics.count == 1)
    }

    @Test("what is overridden for one run need not fit a variant that lies below it")
    func overriddenBesideVariants() throws {
        let text = Examples.brownout.replacing(
            "naive: {set: {policies.standard.retry.budget: none}", with: "naive: {set: {policies.standard.retry: grpc}")
        let set = "policies.standard.retry.cap=3s"
        let scenario = try ScenarioReader.read(text: text, overrides: [Override(set)])
        #expect(scenario.specification.policies[0].policy.retry.cap == .seconds(3))
        #expect(try error(text, set: [set], variant: "naive").text.contains("its parent is the value 'grpc'"))
        #expect(try !error(text.replacing("grpc}", with: "grcp}")).diagnostics.isEmpty)
    }

    @Test("a mistake in what a variant sets is found beside one of the scenario")
    func mistakesOfVariants() {
        func mistakes(_ change: (String) -> String) -> [String] {
            do throws(ScenarioError) {
                _ = try ScenarioReader.read(text: change(Examples.brownout))
                return []
            } catch {
                return error.diagnostics.map(\.message)
            }
        }
        let both = mistakes {
            $0.replacing("timeout: 10s", with: "timeout: 10").replacing("retry.budget: none", with: "retry.buget: none")
        }
        #expect(both.count == 2 && both[0].contains("'10' has no unit"), "\(both)")
        #expect(both[1].hasPrefix("variant 'naive': unknown key 'buget'"), "\(both)")
        // What it sets is not there for want of the scenario's own name.
        let section = mistakes {
            $0.replacing("policies:\n", with: "polices:\n").replacing("retry.budget: none", with: "retry.buget: none")
        }
        #expect(section.count == 1 && section[0].contains("unknown key 'polices'"), "\(section)")
        let twice = mistakes { $0.replacing("seed: 1\n", with: "seed: 1\nseed: 2\ndrain: 1s\n") }
        #expect(twice == ["the keys 'drain', 'seed' occur twice in this map"])
    }

    @Test("several mistakes are found in one pass")
    func several() throws {
        let text = Examples.brownout.replacing("timeout: 10s", with: "timeout: 10").replacing(
            "into: outbox", with: "into: x"
        )
        .replacing("- lost = 0", with: "- lots = 0").replacing("replicas: 24", with: "replicas: 0")
        let lines = try error(text).diagnostics.map(\.location.line)
        #expect(Set(lines) == [8, 25, 39, 47])
    }

    @Test(
        "one mistake is not followed by others that only it has made",
        arguments: [
            ("duration: 10min", "durationx: 10min"), ("    rate: {curve", "    ratex: {curve"),
            ("brokers:", "brokersx:"),
            ("{profile: kafka, acks", "{profilex: kafka, acks"), ("topics:", "topicsx:"), ("stores:", "storesx:"),
            ("links:", "linksx:"), ("stages:", "stagesx:"), ("\nproviders:", "\nprovidersx:"),
            ("policies:", "policiesx:"), ("faults:", "faultsx:"), ("- compute: exp", "- computex: exp"),
            ("split: true", "splitx: true"), ("apns: {profile: apns", "apns: {profilex: apns"),
            ("dialect: sms", "dialectx: sms"), ("{count: 100k", "{countx: 100k"), ("waiting: retry", "waitingx: retry"),
            ("{push: {ios: apns", "{pushx: {ios: apns"), ("retry-topic: again", "retry-topicx: again"),
            ("for: 20s, provider: fcm", "for: 20s, providerx: fcm"), ("duration: 10min", "duration: soon"),
            ("profile: kafka, acks", "profile: kafca, acks"), ("replicas: 12, conc", "replicas: many, conc"),
            ("retry-topic: again", "retry-topic: aagain"), ("sms-a: {profile: sms,", "sms-a: {profile: smz,"),
        ])
    func noFollowers(original: String, replacement: String) throws {
        let text = Examples.everything.replacing(original, with: replacement)
        #expect(text != Examples.everything)
        let error = try error(text)
        #expect(error.diagnostics.count == 1, "\(error.text)")
    }

    @Test("what the scenario says about losses replaces what is implied")
    func implied() throws {
        func texts(_ expect: String) throws -> [String] {
            try ScenarioReader.read(text: Examples.queue + "\nexpect: [\(expect)]\n").expectations.map(\.text)
        }
        #expect(try texts("lost < 5") == ["lost < 5", "undelivered < 0.1%"])
        #expect(try texts("undelivered < 3%") == ["undelivered < 3%", "lost = 0"])
        #expect(try texts("push.lost = 0, push.undelivered = 0").count == 2)
    }

    @Test("both forms of a recovery are the same expectation")
    func forms() throws {
        let plain = try ScenarioReader.read(text: Examples.brownout)
        let quoted = try ScenarioReader.read(
            text: Examples.brownout.replacing(
                "within 2min after brownout: p99(push.latency) < 2s and backlog(outbox) < 10k",
                with: "'within 2min after brownout:  p99(push.latency) < 2s and backlog(outbox) < 10k'"))
        #expect(plain.expectations[3].condition == quoted.expectations[3].condition)
        #expect(plain.expectations[3].text == quoted.expectations[3].text)
    }
}
