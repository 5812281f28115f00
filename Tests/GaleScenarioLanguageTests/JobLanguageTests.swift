// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Work in a scenario")
struct JobLanguageTests {
    private static func scenario(
        _ work: String, broker: String = "direct", fault: String = "", expect: String = "lost = 0", before: String = ""
    ) -> String {
        """
        name: jobs
        duration: 10s
        drain: 10s
        workloads: {load: {into: tasks, rate: 10/s}}
        brokers: {b: {profile: \(broker)}}
        topics: {tasks: {broker: b}}
        links: {site: {latency: constant 1ms}}
        stages:
          workers:
            reads: tasks
            replicas: 4
            concurrency: 2
            steps:\(before)
              - work: \(work)
        faults: {\(fault)}
        expect: ['\(expect)']
        """
    }

    private func read(_ text: String) throws -> Scenario {
        do throws(ScenarioError) {
            return try ScenarioReader.read(text: text)
        } catch {
            Issue.record("\(error.text)")
            throw error
        }
    }

    private func mistake(_ text: String) -> String {
        do throws(ScenarioError) {
            _ = try ScenarioReader.read(text: text)
            return "none"
        } catch {
            return error.text
        }
    }

    private func work(_ text: String) throws -> WorkSpecification? {
        let stage = try read(Self.scenario(text)).specification.stages[0]
        guard case .work(let work)? = stage.steps.first else { return nil }
        return work
    }

    @Test("a work that says little has the defaults of well-known software")
    func defaults() throws {
        let work = try #require(try work("{duration: constant 1s}"))
        #expect(work.policy == JobPolicy() && work.heartbeat == .seconds(10) && work.failureMicros == 0)
        #expect(work.retry == RetryPolicy(.sidekiq) && work.unique == .message && work.isFair && work.isFenced)
        #expect(work.whenFenced == .stop && work.link == nil)
    }

    @Test("each key reaches the work")
    func values() throws {
        let work = try #require(
            try work(
                "{duration: constant 1s, failures: 3%, attempts: 4, retry: {backoff: fixed, jitter: none, base: 2s}, "
                    + "lease: 9s, heartbeat: none, unique: recipient, unique-until: start, fair: false, quantum: 7, "
                    + "fencing: false, when-fenced: finish, link: site}"))
        #expect(
            work.policy == JobPolicy(lease: .seconds(9), attempts: 4, quantum: 7, uniqueUntil: .start)
                && work.heartbeat == nil && work.failureMicros == 30_000)
        #expect(work.retry.backoff == .fixed && work.retry.jitter == .none && work.retry.base == .seconds(2))
        #expect(work.unique == .recipient && !work.isFair && !work.isFenced && work.whenFenced == .finish)
        #expect(work.link == 0)
        #expect(try self.work("{duration: constant 1s, retry: temporal}")?.retry == RetryPolicy(.temporal))
    }

    @Test("a preset's own attempts hold where none are given; `unlimited` goes on until the task expires")
    func attempts() throws {
        func attempts(_ keys: String) throws -> Int? { try work("{duration: constant 1s\(keys)}")?.policy.attempts }
        #expect(try attempts(", retry: temporal") == RetryPolicy.unlimited)
        #expect(try attempts(", retry: sidekiq") == 26)
        #expect(try attempts(", retry: temporal, attempts: 7") == 7)
        #expect(try attempts(", attempts: unlimited") == RetryPolicy.unlimited)
        #expect(try attempts(", retry: {base: 2s}") == 26)
        #expect(mistake(Self.scenario("{duration: constant 1s, attempts: unlimitted}")).contains("unlimited"))
        #expect(mistake(Self.scenario("{duration: constant 1s, attempts: 0}")).contains("attempts"))
    }

    @Test("what can't be is told with its place and remedy")
    func mistakes() {
        #expect(mistake(Self.scenario("{}")).contains("duration"))
        let many = Self.scenario("{duration: constant 1s}")
            .replacing("replicas: 4", with: "replicas: 10000").replacing("concurrency: 2", with: "concurrency: 1000000")
        #expect(mistake(many).contains("more than 1000000 slots for work"))
        let beats = mistake(Self.scenario("{duration: constant 1s, lease: 5s, heartbeat: 5s}"))
        #expect(beats.contains("14:61") && beats.contains("does not keep a lease of 5s"))
        #expect(
            mistake(Self.scenario("{duration: constant 1s}", broker: "kafka")).contains("on the Kafka broker 'b'"))
        #expect(
            mistake(Self.scenario("{duration: constant 1s}", before: "\n      - compute: constant 1ms"))
                .contains("the only step"))
        #expect(
            mistake(Self.scenario("{duration: constant 1s, retry: {base: 2min}}"))
                .contains("is below the first, base 2min"))
        #expect(mistake(Self.scenario("{duration: constant 1s, unique: tenant}")).contains("none, message, recipient"))
    }

    @Test("replicas that work can be paused, and others can't")
    func pauses() throws {
        let fault = "zombies: {at: 1s, for: 2s, stage: workers, replica: 1, replicas: 2, pause: true}"
        let world = try read(Self.scenario("{duration: constant 1s}", fault: fault)).specification
        guard case .workerPause(0, 1, 2) = world.faults[0].effect else {
            Issue.record("\(world.faults[0].effect)")
            return
        }
        #expect(world.faults[0].what == "stage workers: replicas 1 to 2 stand still")
        let other = Self.scenario("{duration: constant 1s}", fault: fault).replacing(
            "- work: {duration: constant 1s}", with: "- compute: constant 1s")
        #expect(mistake(other).contains("has no 'work' step"))
    }

    @Test("expectations speak of leases, of a stage that works and of the whole run")
    func expectations() throws {
        for entry in Expectation.JobEntry.allCases {
            let text = Self.scenario("{duration: constant 1s}", expect: "\(entry.rawValue)(workers) < 5")
            guard case .comparison(let comparison, .all)? = try read(text).expectations.first?.condition else {
                Issue.record("no comparison")
                continue
            }
            #expect(comparison.metric == .jobs(entry, stage: 0) && comparison.bound == .count(5))
        }
        let fault = "dead: {at: 1s, for: 2s, stage: workers}"
        let part = Self.scenario(
            "{duration: constant 1s}", fault: fault, expect: "fenced(workers) = 0 before dead")
        #expect(mistake(part).contains("over the whole run"))
        let other = Self.scenario("{duration: constant 1s}", expect: "fenced(workers) = 0").replacing(
            "- work: {duration: constant 1s}", with: "- compute: constant 1s")
        #expect(mistake(other).contains("has no 'work' step"))
        #expect(mistake(Self.scenario("{duration: constant 1s}", expect: "fenced(worker) = 0")).contains("workers"))
    }
}
