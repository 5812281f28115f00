// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A Kafka cluster: partitioned, replicated logs, their producers, and the consumer groups that read them.
///
/// What it does, by Kafka's own documentation and defaults (`ProducerConfig.java`, `ReplicationConfigs.java`,
/// `KRaftConfigs.java`, `GroupCoordinatorConfig.java`, KIP-480 sticky partitioner, KIP-794 adaptive partitioning):
/// - A producer collects records of one partition into a batch until it is full or `linger.ms` is over, then moves on to
///   another partition. `buffer.memory` bounds what is unacknowledged; a record that waits longer than `max.block.ms` for
///   room is refused.
/// - The leader appends batches in order. Followers fetch; the high watermark is the least that all in-sync replicas have;
///   consumers see nothing beyond it. `acks=all` is answered when the watermark passes the batch, `acks=1` at the append.
/// - A node that dies leads its partitions nowhere until its session has expired and the first living in-sync replica
///   leads; what that replica does not have is cut off. With `acks=1` that is exactly the acknowledged, unreplicated tail.
/// - A batch that was not acknowledged is sent again until `delivery.timeout.ms`; with idempotence the leader drops what it
///   already has.
/// - A consumer fetches, hands out at most `max.poll.records` ahead of its work, and commits the lowest contiguous finished
///   offset. After a crash its session expires, its partitions move, and the next owner starts from the committed offset.
///
/// Not modelled: requests multiplexed over one connection (`max.in.flight`), the controller's own failure, disks that
/// fill, compaction, transactions.
final class KafkaBroker: Component {
    enum Kind {
        static let linger: UInt32 = 0
        static let append: UInt32 = 1
        static let replicated: UInt32 = 2
        static let acknowledged: UInt32 = 3
        static let fetch: UInt32 = 4
        static let commit: UInt32 = 5
        static let elect: UInt32 = 6
        static let retry: UInt32 = 7
        static let send: UInt32 = 8
        static let answerAgain: UInt32 = 9
    }

    struct State {
        var core: Core
        var profile: Settings
        var link: Link
        var component: UInt32 = 0
        var id: UInt64
        var partitions: UnsafeMutablePointer<KafkaPartition>
        var partitionCount: Int
        /// `[partition][place in the replica list]`.
        var replicas: UnsafeMutablePointer<KafkaReplica>
        var nodes: UnsafeMutablePointer<KafkaNode>
        var topics: UnsafeMutablePointer<KafkaTopic>
        var producers: UnsafeMutablePointer<KafkaProducer>
        var producerCount = 0
        var batches: Slab<KafkaBatch>
        var blocks: Slab<KafkaBlock>
        var lingerLane: Lane
        var retryLane: Lane
        var decisions: UnsafeMutablePointer<Int64>
    }

    /// The profile's numbers as the hot path reads them.
    struct Settings: BitwiseCopyable {
        var nodes: Int
        var replicationFactor: Int
        var minInsync: Int
        var acks: Acks
        var idempotence: Bool
        var linger: Int64
        var batchBytes: Int64
        var bufferBytes: Int64
        var maxBlock: Int64
        var deliveryTimeout: Int64
        var retryBackoff: Int64
        var append: Distribution
        var replication: Distribution
        var brokerSession: Int64
        var election: Int64
        var maxPollRecords: Int

        enum Acks: UInt8, BitwiseCopyable { case none, leader, all }

        init(_ profile: KafkaProfile) {
            nodes = profile.nodes
            replicationFactor = min(profile.replicationFactor, profile.nodes)
            minInsync = profile.minInsyncReplicas
            acks = profile.acks == .all ? .all : profile.acks == .leader ? .leader : .none
            idempotence = profile.idempotence && profile.acks == .all
            linger = profile.linger.nanoseconds
            batchBytes = profile.batchBytes
            bufferBytes = profile.bufferBytes
            maxBlock = profile.maxBlock.nanoseconds
            deliveryTimeout = profile.deliveryTimeout.nanoseconds
            retryBackoff = profile.retryBackoff.nanoseconds
            append = Distribution(profile.append)
            replication = Distribution(profile.replication)
            brokerSession = profile.brokerSession.nanoseconds
            election = profile.election.nanoseconds
            maxPollRecords = profile.maxPollRecords
        }
    }

    let state: UnsafeMutablePointer<State>

    init(
        name: String, id: Int, profile: KafkaProfile, topics: [(index: Int, partitions: Int, stage: Int?)],
        producerCapacity: Int, core: Core, link: Link, kernel: Kernel, decisions: UnsafeMutablePointer<Int64>
    ) {
        let settings = Settings(profile)
        let partitionCount = topics.reduce(0) { $0 + $1.partitions }
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                core: core, profile: settings, link: link, id: UInt64(id),
                partitions: .allocate(capacity: max(1, partitionCount)), partitionCount: partitionCount,
                replicas: .allocate(capacity: max(1, partitionCount * settings.replicationFactor)),
                nodes: .allocate(capacity: settings.nodes), topics: .allocate(capacity: max(1, topics.count)),
                producers: .allocate(capacity: max(1, producerCapacity)), batches: Slab(), blocks: Slab(),
                lingerLane: kernel.scheduler.lane(for: profile.linger),
                retryLane: kernel.scheduler.lane(for: profile.retryBackoff), decisions: decisions))
        super.init(kernel: kernel, name: name)
        state.pointee.component = index
        state.pointee.nodes.initialize(repeating: KafkaNode(), count: settings.nodes)
        layOut(topics, settings)
    }

    deinit {
        for number in 0..<state.pointee.partitionCount { state.pointee.partitions[number].log.deallocate() }
        for number in 0..<state.pointee.producerCount { state.pointee.producers[number].blocked.deallocate() }
        state.pointee.partitions.deallocate()
        state.pointee.replicas.deallocate()
        state.pointee.nodes.deallocate()
        state.pointee.topics.deallocate()
        state.pointee.producers.deallocate()
        state.pointee.batches.deallocate()
        state.pointee.blocks.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Partitions round robin over the nodes; followers on the nodes after the leader's.
    private func layOut(_ topics: [(index: Int, partitions: Int, stage: Int?)], _ settings: Settings) {
        var partition = 0
        for (place, topic) in topics.enumerated() {
            (state.pointee.topics + place).initialize(
                to: KafkaTopic(
                    firstPartition: UInt32(partition), partitionCount: UInt32(topic.partitions),
                    stage: topic.stage.map(UInt32.init) ?? .max, index: UInt32(topic.index)))
            for _ in 0..<topic.partitions {
                let leader = partition % settings.nodes
                (state.pointee.partitions + partition).initialize(
                    to: KafkaPartition(log: OffsetLog(), topic: UInt32(place), leader: Int32(leader)))
                for replica in 0..<settings.replicationFactor {
                    (state.pointee.replicas + (partition * settings.replicationFactor + replica)).initialize(
                        to: KafkaReplica(node: Int32((leader + replica) % settings.nodes)))
                }
                partition += 1
            }
        }
    }

    var handle: KafkaHandle { KafkaHandle(state: state) }

    override var anticipatedKinds: UInt64 { 1 << UInt64(Kind.append) | 1 << UInt64(Kind.acknowledged) }

    /// A batch was last touched when it was sent, and has left the cache since.
    override func anticipate(kind: UInt32, payload: UInt64, isNear: Bool) {
        let batch = state.pointee.batches[UInt32(truncatingIfNeeded: payload)]
        if !isNear {
            gale_prefetch(batch)
            gale_prefetch(UnsafeRawPointer(batch) + (MemoryLayout<KafkaBatch>.size - 1))
        } else if batch.pointee.count > 0 {
            gale_prefetch(state.pointee.blocks[batch.pointee.first])
        }
    }

    override func handle(_ event: Event) -> UInt64 {
        let broker = KafkaHandle(state: state)
        let low = UInt32(truncatingIfNeeded: event.payload)
        let high = UInt32(truncatingIfNeeded: event.payload &>> 32)
        switch event.kind {
        case Kind.linger: return broker.lingerOver(low, generation: high)
        case Kind.send: return broker.transmit(low)
        case Kind.append: return broker.append(low)
        case Kind.replicated: return broker.replicated(partition: low, replica: Int(high & 0xFF), epoch: high &>> 8)
        case Kind.acknowledged: return broker.acknowledge(low)
        case Kind.fetch: return broker.fetchArrived(partition: low, epoch: UInt16(truncatingIfNeeded: high))
        case Kind.commit: return broker.commitArrived(event.payload)
        case Kind.elect: return broker.sessionExpired(node: Int(low), epoch: high)
        case Kind.retry: return broker.retryStalled(partition: low)
        case Kind.answerAgain: return broker.answerAgain(low)
        default: preconditionFailure("an event of unknown kind")
        }
    }
}
