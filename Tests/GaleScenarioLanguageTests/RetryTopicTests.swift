// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GaleScenarioLanguage
import Testing

@Suite("Retry topics that nobody named")
struct RetryTopicTests {
    private static let waiting = Examples.brownout.replacing("waiting: park", with: "waiting: retry-topic")

    @Test("a stage gets one of its own beside the topic that it reads")
    func own() throws {
        let world = try ScenarioReader.read(text: Self.waiting).specification
        #expect(world.topics.map(\.name) == ["outbox", "outbox-retry"])
        #expect(world.topics[1].broker == world.topics[0].broker)
        #expect(world.topics[1].partitions == 96)
        guard case .deliver(let policy)? = world.stages[0].steps.last else {
            Issue.record("no delivery")
            return
        }
        #expect(world.policies[policy].retryTopic == 1)
    }

    @Test("two stages by one policy get one each")
    func two() throws {
        let text = Self.waiting.replacing(
            "workloads:", with: "workloads:\n  mail: {into: outbox-retry, rate: 1k/s, channels: {email: 100%}}"
        ).replacing("topics:", with: "topics:\n  outbox-retry: {broker: events, partitions: 3}").replacing(
            "stages:", with: "stages:\n  mailer: {reads: outbox-retry, steps: [{deliver: standard}]}")
        let world = try ScenarioReader.read(text: text).specification
        #expect(Set(world.topics.map(\.name)).count == 4)
        let topics = world.stages.map { stage in
            guard case .deliver(let policy)? = stage.steps.last, let topic = world.policies[policy].retryTopic else {
                return (reads: "", retries: "", partitions: 0)
            }
            return (world.topics[stage.topic].name, world.topics[topic].name, world.topics[topic].partitions)
        }
        #expect(topics.map(\.reads) == ["outbox-retry", "outbox"])
        #expect(topics.map(\.retries) == ["outbox-retry-retry", "outbox-retry-retry-retry"])
        #expect(topics.map(\.partitions) == [3, 96])
        #expect(Set(world.policies.map(\.name)).count == world.policies.count)
    }
}
