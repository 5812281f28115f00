// SPDX-License-Identifier: Apache-2.0
import GaleScenarioLanguage
import Testing

@Suite("Fingerprints and the resolved text")
struct FingerprintTests {
    private func fingerprint(_ text: String, set overrides: String..., variant: String? = nil) throws -> String {
        try ScenarioReader.read(text: text, overrides: overrides.map { Override($0) }, variant: variant).fingerprint
    }

    @Test("comments, white space, quotes, the order of keys and how a quantity is written do not matter")
    func independent() throws {
        let one = """
            name: queue
            duration: 60s
            workloads: {jobs: {into: line, rate: 1k/s, channels: {push: 90%, sms: 10%}}}
            brokers: {memory: {profile: direct}}
            topics: {line: {broker: memory}, spare: {broker: memory}}
            stages:
              work: {reads: line, concurrency: 2, steps: [{compute: exponential mean 10ms}]}
              idle: {reads: spare, steps: [{compute: constant 1ms}]}
            """
        let other = """
            # the same, written by someone else
            stages:
              idle:
                steps: [{compute: 1ms}]
                reads: spare
              work:
                steps:
                  - compute:   "exponential mean 10000us"   # a comment
                concurrency: 2
                reads: 'line'
            topics: {spare: {broker: memory}, line: {broker: memory, partitions: 1}}
            brokers: {memory: {profile: direct}}
            workloads:
              jobs:
                channels: {sms: 10.0%, push: 90%}
                rate: 1000/s
                into: line
            duration: 1min
            about: words for people
            seed: 7
            name: queue
            """
        let left = try ScenarioReader.read(text: one)
        let right = try ScenarioReader.read(text: other)
        #expect(left.fingerprint == right.fingerprint)
        // The same fingerprint means the same world, so the order of what it is made of must be the same as well.
        #expect(left.specification.stages.map(\.name) == right.specification.stages.map(\.name))
        #expect(left.specification.topics.map(\.name) == ["line", "spare"])
        #expect(right.specification.topics.map(\.name) == ["line", "spare"])
        #expect("\(left.specification.workloads)" == "\(right.specification.workloads)")
    }

    @Test("every change of what is simulated or expected changes it")
    func sensitive() throws {
        let base = try fingerprint(Examples.brownout)
        #expect(base.count == 32)
        let changes = [
            "duration=7min", "workloads.transactional.rate=121k/s", "providers.apns.capacity=81k/s",
            "policies.standard.timeout=11s", "faults.brownout.capacity=21%", "expect=[lost = 0, amplification < 1.4]",
            "stores.seen.shards=7",
            "brokers.events.linger=6ms", "providers.apns.weather=0.16", "stages.sender.replicas=25",
        ]
        var seen: Set<String> = [base]
        for change in changes {
            #expect(seen.insert(try fingerprint(Examples.brownout, set: change)).inserted, "\(change)")
        }
        #expect(seen.insert(try fingerprint(Examples.brownout, variant: "naive")).inserted)
        #expect(try fingerprint(Examples.brownout, set: "seed=9") == base)
    }

    @Test("a profile's numbers belong to it")
    func profiles() throws {
        let mine = "kind: store\nlatency: constant 1ms\ncapacity: 10k/s\n"
        let other = "kind: store\nlatency: constant 2ms\ncapacity: 10k/s\n"
        let text = Examples.brownout.replacing("profile: redis", with: "profile: mine")
        let left = try ScenarioReader.read(text: text, files: ["profiles/mine.yaml": mine]).fingerprint
        let right = try ScenarioReader.read(text: text, files: ["profiles/mine.yaml": other]).fingerprint
        #expect(left != right)
    }

    @Test("the resolved text reads as the same scenario", arguments: [Examples.brownout, Examples.queue])
    func resolvedText(_ text: String) throws {
        let scenario = try ScenarioReader.read(text: text)
        do {
            let again = try ScenarioReader.read(text: scenario.resolvedText)
            #expect(again.fingerprint == scenario.fingerprint)
            #expect(again.resolvedText == scenario.resolvedText)
            #expect(again.expectations.map(\.condition) == scenario.expectations.map(\.condition))
        } catch {
            Issue.record("\(error.text)")
        }
    }
}
