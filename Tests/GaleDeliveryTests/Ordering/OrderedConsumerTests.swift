// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct OrderedConsumerTests {
    @Test("a key's records start one after the other, other keys' at once")
    func order() {
        var consumer = OrderedConsumer()
        #expect(consumer.begin(0, key: 7) == true)
        #expect(consumer.begin(1, key: 7) == false)
        #expect(consumer.begin(2, key: 8) == true)
        #expect(consumer.begin(3, key: 7) == false)
        #expect(consumer.waiting == 2)
        #expect(consumer.finish(2, key: 8) == nil)
        #expect(consumer.committable == 0)
        #expect(consumer.finish(0, key: 7) == 1)
        #expect(consumer.committable == 1)
        #expect(consumer.finish(1, key: 7) == 3)
        #expect(consumer.committable == 3)
        #expect(consumer.finish(3, key: 7) == nil)
        #expect(consumer.committable == 4)
        #expect(consumer.begin(4, key: 7) == true, "nothing of an idle key is kept")
    }

    /// A partition that is read, worked on at random, committed now and then, and whose consumer crashes: with books as
    /// simple as can be.
    private struct Story {
        let keys: [UInt64]
        var consumer = OrderedConsumerBox(start: 0)
        var committed: Int64 = 0
        var read: Int64 = 0
        var running: [Int64] = []
        /// Waiting offsets in the order in which they were read.
        var queued: [Int64] = []
        var timesDone: [Int64: Int] = [:]
        var redelivered = 0
    }

    /// Reference storage for a value that can't be copied.
    private final class OrderedConsumerBox {
        var consumer: OrderedConsumer
        init(start: Int64) { consumer = OrderedConsumer(start: start) }
    }

    @Test(
        "no key's order is broken, no commit passes a hole, a crash brings back exactly what is uncommitted",
        arguments: 1...60)
    func crashes(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let length = 600
        let keyCount = 1 + random.below(40)
        var story = Story(keys: (0..<length).map { _ in UInt64(random.below(keyCount)) })
        var steps = 0
        while story.committed < Int64(length) {
            steps += 1
            guard steps < 200_000 else {
                Issue.record("it must come to an end")
                return
            }
            step(&story, random.below(100), &random)
        }
        #expect((0..<Int64(length)).allSatisfy { story.timesDone[$0, default: 0] >= 1 })
        #expect(story.timesDone.values.reduce(0, +) - length <= story.redelivered)
    }

    private func step(_ story: inout Story, _ choice: Int, _ random: inout SplitMix) {
        switch choice {
        case 0..<50: readNext(&story)
        case 50..<95 where !story.running.isEmpty:
            finish(&story, story.running.remove(at: random.below(story.running.count)))
        case 95..<99:
            let committable = story.consumer.consumer.committable
            #expect(committable >= story.committed)
            // Naively: the first offset that was read and isn't done.
            let open = story.running + story.queued
            #expect(committable == open.min() ?? story.read)
            story.committed = committable
        case 99:
            let lost = story.read - story.committed
            story.redelivered += Int(lost)
            story.consumer = OrderedConsumerBox(start: story.committed)
            story.read = story.committed
            story.running = []
            story.queued = []
        default: break
        }
    }

    private func readNext(_ story: inout Story) {
        guard story.read < Int64(story.keys.count) else { return }
        let offset = story.read
        story.read += 1
        let key = story.keys[Int(offset)]
        let isFree = !(story.running + story.queued).contains { story.keys[Int($0)] == key }
        #expect(story.consumer.consumer.begin(offset, key: key) == isFree)
        if isFree { story.running.append(offset) } else { story.queued.append(offset) }
    }

    private func finish(_ story: inout Story, _ offset: Int64) {
        let key = story.keys[Int(offset)]
        story.timesDone[offset, default: 0] += 1
        let next = story.consumer.consumer.finish(offset, key: key)
        let due = story.queued.firstIndex { story.keys[Int($0)] == key }
        #expect(next == due.map { story.queued[$0] }, "the key's next in the order in which it was read")
        if let due { story.running.append(story.queued.remove(at: due)) }
        #expect(story.consumer.consumer.outstanding == story.running.count + story.queued.count)
        #expect(story.consumer.consumer.waiting == story.queued.count)
    }
}
