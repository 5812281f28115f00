// SPDX-License-Identifier: GPL-3.0-or-later
import Gale
import GaleStatistics
import Testing

/// At a utilisation of 0.5, where a replication of 900 customers is as good as 93 independent ones: `gale coverage` does it at 0.9.
@Suite("Replications of a single server")
struct SingleServerTests {
    @Test("95 % intervals contain the true mean of 2 s as often as they say", arguments: [1, 2])
    func coverage(seed: UInt64) throws {
        let queue = try SingleServerReplications(seed: seed, utilisation: 0.5, deleted: 100, kept: 900)
        let study = try queue.coverage(intervals: 200, replications: 20)
        #expect(study.truth == 2)
        #expect(study.probability > 0.01)
        #expect((0.9...0.99).contains(study.share))
    }

    @Test("intervals miss the truth when the service takes 5 % longer than it is thought to")
    func biased() throws {
        let queue = try SingleServerReplications(seed: 1, utilisation: 0.525, deleted: 100, kept: 900)
        let intervals = try (0..<100).map { interval in
            try ConfidenceInterval(replications: (0..<20).map { queue.mean(ofReplication: interval * 20 + $0) })
        }
        #expect(try CoverageStudy(intervals, truth: 2).probability < 0.001)
    }

    @Test("a replication depends on the seed and its number, and on nothing else")
    func reproducible() throws {
        let queue = try SingleServerReplications(seed: 1, utilisation: 0.5, deleted: 10, kept: 100)
        #expect(queue.mean(ofReplication: 3) == queue.mean(ofReplication: 3))
        #expect(queue.mean(ofReplication: 3) != queue.mean(ofReplication: 4))
        #expect(throws: QueueingError.self) {
            try SingleServerReplications(seed: 1, utilisation: 1, deleted: 10, kept: 100)
        }
        #expect(throws: QueueingError.self) {
            try SingleServerReplications(seed: 1, utilisation: 0.5, deleted: 10, kept: 0)
        }
    }
}
