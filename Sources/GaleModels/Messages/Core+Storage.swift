// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives
import GaleRandomness

extension Core {
    init(_ specification: WorldSpecification, seed: UInt64, kernel: Kernel, recorder: Recorder) {
        precondition(MemoryLayout<Message>.stride == 64, "a message is one cache line, and is asked for as one")
        let noLane = kernel.scheduler.lane(for: .zero)
        let workloads = max(1, specification.workloads.count)
        scheduler = kernel.scheduler
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                draws: Draws(seed: seed), messages: DenseSlab(),
                retryHeaders: DenseSlab(),
                hasRetryTopics: specification.policies.contains { $0.policy.waiting == .retryTopic },
                folded: DenseSlab(limit: LogEntry.indexLimit),
                exchanges: Slab(),
                recorder: recorder, end: .zero + specification.duration + specification.drain,
                loadEnd: .zero + specification.duration,
                stages: .allocate(capacity: max(1, specification.stages.count)),
                stores: .allocate(capacity: max(1, specification.stores.count)),
                providers: .allocate(capacity: max(1, specification.providers.count)),
                brokers: .allocate(capacity: max(1, specification.brokers.count)),
                topics: .allocate(capacity: max(1, specification.topics.count)),
                timeToLive: .allocate(capacity: workloads), sources: .allocate(capacity: workloads),
                timeoutLanes: (noLane, noLane, noLane, noLane), closedLoops: .allocate(capacity: workloads),
                parts: Slab()))
        state.pointee.closedLoops.initialize(repeating: nil, count: workloads)
        let length = specification.duration + specification.drain
        state.pointee.isMemoryLong = specification.policies.allSatisfy {
            ($0.policy.deduplication?.window ?? .max) >= length
        }
        for (place, workload) in specification.workloads.enumerated() {
            (state.pointee.timeToLive + place).initialize(to: workload.timeToLive.nanoseconds)
            (state.pointee.sources + place).initialize(
                to: WorkloadTraits(
                    mix: ChannelMix(channels: workload.channelMicros, platforms: workload.platformMicros),
                    recipients: UInt64(max(1, workload.recipientCount)),
                    tenants: ZipfTable(count: max(1, workload.tenantCount), skew: workload.tenantSkew),
                    size: Distribution(workload.size), units: Int64(clamping: workload.fanOut),
                    audience: Audience(workload)))
        }
    }
}
