// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage
import Testing

@Suite("Where and when a notification goes")
struct RoutingKeyTests {
    private static func scenario(_ policy: String, workload: String = "") -> String {
        """
        name: routing
        duration: 10s
        drain: 10s
        seed: 1
        workloads:
          app: {into: outbox, rate: 10/s, channels: {sms: 100%}, ttl: 1h\(workload)}
        brokers: {memory: {profile: direct}}
        topics: {outbox: {broker: memory}}
        stores: {people: {profile: redis}}
        stages: {sender: {reads: outbox, replicas: 2, concurrency: 8, steps: [deliver: {policy: standard}]}}
        providers:
          sms-a: {profile: sms}
          sms-b: {profile: sms}
          gateway: {profile: gateway}
        policies:
          standard:
            routes: {sms: [sms-a, sms-b], in-app: [gateway]}
        \(policy.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
        """
    }

    private func read(_ policy: String, workload: String = "") throws -> WorldSpecification {
        do throws(ScenarioError) {
            return try ScenarioReader.read(text: Self.scenario(policy, workload: workload)).specification
        } catch {
            Issue.record("\(error.text)")
            throw error
        }
    }

    private func mistake(_ policy: String, workload: String = "") -> String {
        do throws(ScenarioError) {
            _ = try ScenarioReader.read(text: Self.scenario(policy, workload: workload))
            return "none"
        } catch {
            return error.text
        }
    }

    @Test("a policy that says nothing of it routes as ever")
    func off() throws {
        #expect(try read("timeout: 1s").policies[0].policy.routing == RoutingPolicy())
        let none =
            "money: none\ndeadlines: none\npresence: none\nquiet-hours: none\ncap: none\nlanes: none\nfair: false"
        #expect(try read(none).policies[0].policy.routing == RoutingPolicy())
    }

    @Test("choice, prices and money are read in the currency's units")
    func money() throws {
        let routing = try read(
            """
            choose-by: [cost, health]
            prices: {sms-a: 0.0075, sms-b: 0.05}
            money: {budget: 12.5, period: 1h, when-used-up: cheapest}
            """
        ).policies[0].policy.routing
        #expect(routing.choice == [.cost, .health])
        let money = try #require(routing.money)
        #expect(money.prices.map(\.micros) == [7_500, 50_000])
        #expect(money.budgetMicros == 12_500_000 && money.period == .hours(1) && money.whenUsedUp == .cheapest)
    }

    @Test("deadlines, presence, quiet hours, caps, lanes and turns are read with their defaults")
    func rest() throws {
        let policy = try read(
            """
            deadlines: courier
            presence: {store: people, channels: [sms]}
            quiet-hours: {begin: 22:30, zone: Europe/Berlin, starts: 2026-03-28T20:00Z, spread: 10min, bypass: none}
            cap: {store: people, limit: 3}
            collapse: true
            lanes: {weights: {critical: 8, normal: 2}}
            fair: true
            """
        ).policies[0]
        let routing = policy.policy.routing
        #expect(routing.deadlines == .courier)
        #expect(routing.presence == PresencePolicy(channels: [.sms]))
        #expect(
            routing.quietHours
                == QuietHours(
                    begin: 22 * 60 + 30, bypass: nil, spread: .minutes(10),
                    zone: TimeZoneTable.iana.zone(named: "Europe/Berlin")!, epoch: 1_774_728_000))
        let late = try read("quiet-hours: {starts: 2026-03-28T20:00:59Z}").policies[0].policy.routing.quietHours
        #expect(late?.epoch == 1_774_728_059)
        #expect(routing.cap == FrequencyCap(limit: 3))
        #expect(routing.collapses && routing.isFair)
        #expect(routing.lanes == .weighted([8, 1, 2, 1]))
        #expect(policy.stores == [.presence: 0, .cap: 0])
        #expect(try read("lanes: strict").policies[0].policy.routing.lanes == .strict(ageing: .seconds(10)))
        #expect(try read("lanes: {ageing: none}").policies[0].policy.routing.lanes == .strict(ageing: nil))
        let tiers = try read("deadlines: {provider: 1s, channel: 2s}").policies[0].policy.routing.deadlines
        #expect(tiers == TierDeadlines(provider: .seconds(1), channel: .seconds(2)))
    }

    @Test("workloads say how urgent their notifications are, and where and when their recipients are to be found")
    func audience() throws {
        let workload = try read(
            "collapse: true",
            workload: ", priority: {critical: 1%, low: 99%}, zones: {Europe/Berlin: 60%, America/New_York: 40%}, "
                + "collapse-keys: 3, in-app: {share: 30%}"
        ).workloads[0]
        #expect(workload.priorityMicros.map(\.share) == [10_000, 990_000])
        #expect(
            workload.zoneMicros.map(\.share) == [600_000, 400_000]
                || workload.zoneMicros.map(\.share) == [400_000, 600_000])
        #expect(workload.collapseKeys == 3)
        #expect(workload.visits == VisitSpecification(presentMicros: 300_000))
        #expect(
            try read("fair: true", workload: ", priority: high").workloads[0].priorityMicros.map(\.priority) == [.high])
    }

    @Test("what makes no sense is told with its place and what was expected")
    func mistakes() {
        #expect(mistake("choose-by: [cost]").contains("has no prices"))
        #expect(mistake("money: {budget: 1}").contains("has no prices"))
        #expect(mistake("choose-by: [price]").contains("health"))
        #expect(mistake("deadlines: {provider: 2s, channel: 1s}").contains("nested"))
        #expect(mistake("quiet-hours: {begin: 25:00}").contains("'25:00' is no time of the day"))
        #expect(mistake("quiet-hours: {begin: 08:00}").contains("are none"))
        #expect(mistake("quiet-hours: {starts: yesterday}").contains("2026-03-28T20:00Z"))
        #expect(mistake("quiet-hours: {starts: 2026-02-30T00:00Z}").contains("no date"))
        #expect(mistake("quiet-hours: {starts: 2026-02-28T00:00:60Z}").contains("no date"))
        #expect(mistake("quiet-hours: {zone: Europe/Berlim}").contains("Europe/Berlin"))
        #expect(mistake("lanes: {ageing: 3s, weights: {high: 2}}").contains("need no ageing"))
        #expect(mistake("cap: {limit: 3}").contains("store"))
        #expect(mistake("fair: true", workload: ", zones: {Mars/Base: 100%}").contains("Mars/Base"))
        #expect(mistake("fair: true", workload: ", zones: {Asia/Tokyo: 90%}").contains("sum to 90%"))
        #expect(mistake("fair: true", workload: ", priority: {high: 90%}").contains("sum to 90%"))
        let noApp = Self.scenario("presence: {store: people}").replacing(", in-app: [gateway]", with: "")
        #expect(throws: ScenarioError.self) { try ScenarioReader.read(text: noApp) }
    }
}
