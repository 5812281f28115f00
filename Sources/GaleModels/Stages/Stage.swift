// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

/// A stage: replicas that read a topic and take each message through the stage's steps, and the simulated host of the
/// delivery code.
///
/// A replica works on `concurrency` messages at once, each in a slot. `compute` and `call` keep the slot. `emit` hands the
/// message to the replica's producer and gives the slot back; the offset stays open until the broker has acknowledged.
/// `deliver` runs a `Dispatcher` of the replica's own, so that breakers and budgets are split over the replicas as they are
/// in production. A crash loses the dispatcher, the slots and everything in memory; what was not committed is read again.
final class Stage: Component {
    enum Kind {
        static let computed: UInt32 = 0
        static let answered: UInt32 = 1
        static let timedOut: UInt32 = 2
        static let woken: UInt32 = 3
        static let callAgain: UInt32 = 4
        static let commitDue: UInt32 = 5
        static let rebalance: UInt32 = 6
        static let due: UInt32 = 7
        static let produceAgain: UInt32 = 8
        static let records: UInt32 = 9
        /// The last one: see `handle`.
        static let replied: UInt32 = 10
    }

    struct State: ~Copyable {
        var core: Core
        var component: UInt32 = 0
        var id: UInt64
        var replicas: UnsafeMutablePointer<Replica>
        var replicaCount: Int
        var concurrency: Int
        var maximumUncommitted: Int
        var steps: UnsafeMutablePointer<Step>
        var stepCount: Int
        var jobs: DenseSlab<Job>
        /// Due records of a retry topic on their way back: indices into this pool.
        var delayed: Slab<BufferedRecord>
        var dispatchers: UnsafeMutablePointer<Unmanaged<Dispatcher>?>
        var actions: UnsafeMutablePointer<Actions>
        var timeToLive: UnsafeMutablePointer<Int64>
        /// Kafka source and retry topics, or a direct queue.
        var sources: UnsafeMutablePointer<Source>
        var sourceCount: Int
        var queue: Ring<UInt32>
        var queueCapacity: Int64
        var nextReplica = 0
        var rebalanceEpoch: UInt32 = 0
        var group = GroupPhase.stable
        var session: Int64 = 0
        var rebalance: Int64 = 0
        var isEager = false
        var hasStaticMembership = false
        var commitLane: Lane
        var maximumBuffered = 500
        var deduplicationWindow: UInt32 = 0
        var deduplicationStore = -1
        /// By `StateKind`; -1: the policy does not ask for it.
        var stateStores = SIMD8<Int32>(repeating: -1)
        var readsSenderAndRecipient = false
        /// And at what else a notification brings with it.
        var readsTraits = false
        /// Further deliveries by message, as a broker with delivery counts keeps them (Kafka share groups, KIP-932); nil: the
        /// policy does not ask.
        var redeliveries: UnsafeMutablePointer<StoreTable>?
        var retrySource = -1
        /// The producer into the first retry topic; those of further levels follow.
        var retryProducer: UInt32 = 0
        /// Several attempts of one job may be under way, each with an exchange.
        var isHedged = false
        /// Requests have exchanges though their links are straight: attempts are hedged, or faults strike the border.
        var takesDetours = false
        /// nil: no fault has struck the border yet.
        var border: BorderState?
        /// Exchanges of attempts under way, where attempts are hedged; looked up, never walked.
        var hedgedAttempts: [HedgedAttempt: UInt32] = [:]
        var promise = PolicyPromise()
        /// See `StageHandle.joinLane`; empty: the policy has no lanes that promise anything.
        var lanes: [Int32] = []
        /// Notifications there whose turn has come once; looked up, never walked.
        var laneTurns: Set<UInt64> = []
        /// By replica and provider: what providers have said about recipients, where strikes are kept.
        var waves: UnsafeMutablePointer<PermanenceGuard>?
        var waveCount = 0
        /// The last answer was believed, as far as its provider's other answers go.
        var isBelieved = true
        #if PlantedBugs
            var plantedBug: PlantedBug?
        #endif
        var isTerminal = false
        // Counters
        var consumed: Int64 = 0
        var redelivered: Int64 = 0
        var completed: Int64 = 0
        var deadLettered: Int64 = 0
        var inUse = 0
        /// Slot-nanoseconds; while slots are in use, less the times at which they were taken.
        var busy: Int64 = 0
        var decisions: UnsafeMutablePointer<Int64>
        var subject: Int
        var firstProviderSubject: Int
        /// The host of the stage's tasks, if its step is `work`; its messages go there, and it has no jobs of its own.
        var pool: Unmanaged<JobPool>?
        /// Keeps the dispatchers while a run is observed; `dispatchers` is then empty.
        var watch: Unmanaged<StageWatch>?
        let name: String
        /// Watches the dispatchers from outside; nil: the policy promises nothing that is counted. The other: the same, where
        /// it matters how waiting ends.
        var audit: Unmanaged<DeliveryAudit>?
        var waitsAudit: Unmanaged<DeliveryAudit>?
    }

    /// A Kafka topic that the stage reads.
    struct Source: BitwiseCopyable {
        var broker: KafkaHandle
        var topic: Int
        var firstPartition: UInt32
        var partitionCount: UInt32
        var isRetry: Bool
    }

    let state: UnsafeMutablePointer<State>
    let specification: StageSpecification
    /// The policy's dispatchers are made anew after a crash.
    let makeDispatcher: (() -> Dispatcher)?
    private let audit: DeliveryAudit?
    /// What dispatchers that have ended had reached.
    private(set) var reach = DeliveryReach()
    /// Providers that a dispatcher knows.
    private let providerCount: Int

    init(
        _ specification: StageSpecification, kernel: Kernel, state: consuming State, providers: Int = 0,
        makeDispatcher: (() -> Dispatcher)?, audit: DeliveryAudit? = nil
    ) {
        providerCount = providers
        self.specification = specification
        self.makeDispatcher = makeDispatcher
        self.audit = audit
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
        super.init(kernel: kernel, name: specification.name)
        self.state.pointee.component = index
        if let audit {
            self.state.pointee.audit = .passUnretained(audit)
            if audit.watchesWaits { self.state.pointee.waitsAudit = .passUnretained(audit) }
        }
        for replica in 0..<self.state.pointee.replicaCount { startDispatcher(replica) }
    }

    deinit {
        for number in 0..<state.pointee.replicaCount {
            stopDispatcher(number)
            state.pointee.replicas[number].buffer.deallocate()
            state.pointee.replicas[number].resuming.deallocate()
        }
        state.pointee.replicas.deallocate()
        state.pointee.dispatchers.deallocate()
        state.pointee.actions.deinitialize(count: 1)
        state.pointee.actions.deallocate()
        state.pointee.steps.deallocate()
        state.pointee.sources.deallocate()
        state.pointee.jobs.deallocate()
        state.pointee.delayed.deallocate()
        state.pointee.queue.deallocate()
        for place in 0..<state.pointee.waveCount { state.pointee.waves?[place].deallocate() }
        state.pointee.waves?.deallocate()
        state.pointee.redeliveries?.pointee.deallocate()
        state.pointee.redeliveries?.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    func startDispatcher(_ replica: Int) {
        guard let makeDispatcher else { return }
        audit?.restarted(replica)
        handle.forgetWaves(replica)
        handle.clearLanes(replica)
        if let watch = state.pointee.watch { return watch.takeUnretainedValue().keep(makeDispatcher(), replica) }
        state.pointee.dispatchers[replica] = Unmanaged.passRetained(makeDispatcher())
    }

    func stopDispatcher(_ replica: Int) {
        if let watch = state.pointee.watch?.takeUnretainedValue() {
            if let dispatcher = watch.dispatchers[replica] { reach.add(dispatcher, providers: providerCount) }
            return watch.drop(replica)
        }
        guard let dispatcher = state.pointee.dispatchers[replica] else { return }
        reach.add(dispatcher.takeUnretainedValue(), providers: providerCount)
        dispatcher.release()
        state.pointee.dispatchers[replica] = nil
    }

    var handle: StageHandle { StageHandle(state: state) }

    /// The host of the stage's tasks, if its step is `work`.
    var pool: JobPool? { state.pointee.pool?.takeUnretainedValue() }

    override var anticipatedKinds: UInt64 { 1 << UInt64(Kind.replied) }

    /// An answer's records were last touched when the request was sent, and have left the cache since: the request's own
    /// is asked for first, then what it points to.
    override func anticipate(kind: UInt32, payload: UInt64, isNear: Bool) {
        guard kind == Kind.replied else { return }
        let answer = AnswerPayload(rawValue: payload)
        let job = state.pointee.jobs[answer.index]
        if !isNear {
            gale_prefetch(job)
            gale_prefetch(UnsafeRawPointer(job) + MemoryLayout<Job>.size - 1)
            return
        }
        guard answer.isLikely(of: job) else { return }
        gale_prefetch(state.pointee.core.message(job.pointee.message))
        gale_prefetch(handle.replica(Int(job.pointee.replica)))
        if answer.request == .call { return }
        state.pointee.jobs.prefetchFree(answer.index)
        if let dispatcher = state.pointee.dispatchers[Int(job.pointee.replica)] {
            dispatcher._withUnsafeGuaranteedRef { $0.prefetch(job.pointee.token) }
        }
        if answer.request == .attempt { anticipateEnd(job) }
    }

    /// The log entry that is finished when the answer is good.
    @inline(__always)
    private func anticipateEnd(_ job: UnsafeMutablePointer<Job>) {
        guard job.pointee.partition != .max else { return }
        let broker = state.pointee.sources[handle.source(of: job)].broker
        let partition = broker.partition(UInt32(job.pointee.partition))
        let offset = handle.absoluteOffset(job.pointee.offset, partition)
        guard partition.pointee.ownerEpoch == job.pointee.epoch else { return }
        partition.pointee.log.prefetch(offset)
        // What is folded gives its message's record back.
        if broker.folds(partition) { state.pointee.core.state.pointee.messages.prefetchFree(job.pointee.message) }
    }

    override func handle(_ event: Event) -> UInt64 {
        let stage = StageHandle(state: state)
        let low = UInt32(truncatingIfNeeded: event.payload)
        let high = UInt32(truncatingIfNeeded: event.payload &>> 32)
        let (kind, answer) = (event.kind & 0xFF, AnswerPayload(rawValue: event.payload))
        // Which event is next can't be guessed: that it is an answer and what it is to is found out by one jump.
        switch kind == Kind.replied ? kind &+ UInt32(answer.request.rawValue) : kind {
        case Kind.replied &+ UInt32(Exchange.Kind.call.rawValue): return stage.replied(answer, to: .call)
        case Kind.replied &+ UInt32(Exchange.Kind.lookUp.rawValue): return stage.replied(answer, to: .lookUp)
        case Kind.replied &+ UInt32(Exchange.Kind.attempt.rawValue): return stage.replied(answer, to: .attempt)
        case Kind.answered: return stage.answered(low)
        case Kind.timedOut: return stage.timedOut(low)
        case Kind.computed: return stage.stepDone(low, generation: high)
        case Kind.woken:
            return stage.woken(
                event.payload, replica: Int(event.kind &>> 8 & 0xFFFF), epoch: event.kind &>> 24)
        case Kind.callAgain: return stage.callAgain(low, generation: high)
        case Kind.commitDue: return stage.commitDue(replica: Int(low), epoch: high)
        case Kind.rebalance: return rebalance(epoch: low)
        case Kind.due: return stage.retryDue(low)
        case Kind.produceAgain: return stage.produceAgain(low, generation: high)
        default: return stage.recordsArrived(partition: low, epoch: high)
        }
    }
}
