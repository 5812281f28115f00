// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives
import GaleRandomness

extension WorldBuilder {
    func buildStage(_ place: Int) {
        let stage = specification.stages[place]
        let policy = policy(of: stage)
        let route = core.state.pointee.topics[stage.topic]
        var state = emptyState(place, stage)
        if route.isDirect {
            state.queueCapacity = route.capacity
        } else {
            state.queueCapacity = -1
            addSources(&state, stage, policy, route)
        }
        if let policy { describe(policy, &state) }
        compile(stage, &state)
        addProducers(&state, stage, policy, place)
        let model = Stage(
            stage, kernel: kernel, state: state, providers: specification.providers.count,
            makeDispatcher: policy.map { dispatcherMaker($0) }, audit: policy.flatMap { audit($0, stage) })
        parts.stages.append(model)
        (core.state.pointee.stages + place).initialize(to: model.handle)
        if case .work(let work)? = stage.steps.first { addPool(work, to: model) }
    }

    private func addPool(_ work: WorkSpecification, to stage: Stage) {
        let route = core.state.pointee.topics[stage.specification.topic]
        precondition(
            route.isDirect && stage.specification.steps.count == 1, "work is the only step, and its topic is direct")
        let pool = JobPool(
            work, stage: stage, link: work.link.map { parts.links[$0] } ?? localLink, capacity: route.capacity,
            kernel: kernel)
        parts.pools.append(pool)
        stage.state.pointee.pool = .passUnretained(pool)
    }

    private func policy(of stage: StageSpecification) -> PolicySpecification? {
        for case .deliver(let policy) in stage.steps { return specification.policies[policy] }
        return nil
    }

    private func emptyState(_ place: Int, _ stage: StageSpecification) -> Stage.State {
        let replicas = UnsafeMutablePointer<Replica>.allocate(capacity: stage.replicas)
        for number in 0..<stage.replicas {
            (replicas + number).initialize(to: Replica(freeSlots: stage.concurrency, buffer: Ring(), resuming: Ring()))
        }
        let dispatchers = UnsafeMutablePointer<Unmanaged<Dispatcher>?>.allocate(capacity: stage.replicas)
        dispatchers.initialize(repeating: nil, count: stage.replicas)
        let actions = UnsafeMutablePointer<Actions>.allocate(capacity: 1)
        actions.initialize(to: Actions())
        return Stage.State(
            core: core, id: UInt64(place), replicas: replicas, replicaCount: stage.replicas,
            concurrency: stage.concurrency, maximumUncommitted: stage.maximumUncommitted,
            steps: .allocate(capacity: max(1, stage.steps.count)), stepCount: stage.steps.count,
            jobs: DenseSlab(limit: AnswerPayload.jobLimit),
            delayed: Slab(), dispatchers: dispatchers, actions: actions,
            timeToLive: core.state.pointee.timeToLive, sources: .allocate(capacity: 1), sourceCount: 0, queue: Ring(),
            queueCapacity: 0, commitLane: kernel.scheduler.lane(for: .seconds(5)),
            isTerminal: !stage.steps.contains {
                switch $0 {
                case .emit, .deliver: true
                case .compute, .call, .work: false
                }
            }, decisions: decisions, subject: Recorder.channels + place,
            firstProviderSubject: Recorder.channels + specification.stages.count, name: stage.name)
    }

    private func addSources(
        _ state: inout Stage.State, _ stage: StageSpecification, _ policy: PolicySpecification?, _ route: TopicRoute
    ) {
        guard case .kafka(let profile) = specification.brokers[Int(route.broker)].kind else { return }
        let broker = core.state.pointee.brokers[Int(route.broker)]
        var topics = [(Int(route.local), false)]
        for retry in policy?.retryTopics ?? [] {
            topics.append((Int(core.state.pointee.topics[retry].local), true))
            state.retrySource = 1
        }
        state.sources.deallocate()
        state.sources = .allocate(capacity: topics.count)
        for (place, (local, isRetry)) in topics.enumerated() {
            let topic = broker.state.pointee.topics[local]
            (state.sources + place).initialize(
                to: Stage.Source(
                    broker: broker, topic: local, firstPartition: topic.firstPartition,
                    partitionCount: topic.partitionCount, isRetry: isRetry))
        }
        state.sourceCount = topics.count
        state.commitLane = kernel.scheduler.lane(for: profile.autoCommit)
        state.session = profile.session.nanoseconds
        state.rebalance = profile.rebalance.nanoseconds
        state.isEager = profile.assignor == .eager
        state.hasStaticMembership = profile.staticMembership
        state.maximumBuffered = profile.maxPollRecords
    }

    private func describe(_ policy: PolicySpecification, _ state: inout Stage.State) {
        state.isHedged = policy.policy.retry.hedging != nil
        let providers = Set(policy.policy.routes.flatMap { $0.providers.map { Int($0.provider.rawValue) } }).sorted()
        state.promise = PolicyPromise(
            policy.policy, dialects: providers.map { specification.providers[$0].profile.dialect })
        if state.promise.hasLanes { state.lanes = Array(repeating: 0, count: state.replicaCount << 6) }
        // Copies hide from each other what they are told.
        if let rules = policy.policy.suppression, !state.isHedged {
            state.waveCount = state.replicaCount * specification.providers.count
            let waves = UnsafeMutablePointer<PermanenceGuard>.allocate(capacity: state.waveCount)
            for place in 0..<state.waveCount { (waves + place).initialize(to: PermanenceGuard(rules)) }
            state.waves = waves
        }
        #if PlantedBugs
            state.plantedBug = policy.policy.plantedBug
        #endif
        state.takesDetours = state.isHedged
        if policy.policy.maximumDeliveries != nil {
            state.redeliveries = .allocate(capacity: 1)
            state.redeliveries?.initialize(to: StoreTable())
        }
        state.readsSenderAndRecipient = policy.policy.readsSenderAndRecipient
        state.readsTraits = policy.policy.readsTraits
        for kind in policy.policy.stateKinds {
            guard let store = policy.stores[kind] else {
                preconditionFailure("policy \(policy.name) asks for \(kind.name) and has no store for it")
            }
            state.stateStores[Int(kind.rawValue)] = Int32(store)
        }
        guard let deduplication = policy.policy.deduplication, let store = policy.deduplicationStore else { return }
        state.deduplicationStore = store
        state.deduplicationWindow = UInt32(clamping: deduplication.window.nanoseconds / 1_000_000)
    }

    private func compile(_ stage: StageSpecification, _ state: inout Stage.State) {
        var producer: UInt32 = 0
        for (place, step) in stage.steps.enumerated() {
            let compiled = compile(step, producer)
            if compiled.kind == .emit && !core.state.pointee.topics[compiled.topic].isDirect { producer += 1 }
            (state.steps + place).initialize(to: compiled)
        }
        state.retryProducer = producer
    }

    private func compile(_ step: StepSpecification, _ producer: UInt32) -> Step {
        let none = kernel.scheduler.lane(for: .zero)
        var compiled = Step(
            kind: .compute, duration: Distribution(.constant(0)), lane: none, timeout: none, backoff: none,
            producer: producer)
        switch step {
        case .compute(let duration):
            compiled.duration = Distribution(duration)
            if case .constant(let nanoseconds) = duration {
                compiled.isConstant = true
                compiled.lane = kernel.scheduler.lane(for: Interval(nanoseconds: Int64(nanoseconds)))
            }
        case .call(let call):
            compiled.kind = .call
            compiled.store = call.store
            compiled.timeout = kernel.scheduler.lane(for: call.timeout)
            compiled.attempts = max(1, call.attempts)
            compiled.backoff = kernel.scheduler.lane(for: call.backoff)
            compiled.proceedsOnFailure = call.onFailure == .proceed
        case .emit(let emit):
            compiled.kind = .emit
            compiled.topic = emit.topic
            compiled.split = emit.split
        case .deliver: compiled.kind = .deliver
        // Never run: the stage's messages go to its pool.
        case .work: break
        }
        return compiled
    }

    /// One producer per replica and topic that it writes to.
    private func addProducers(
        _ state: inout Stage.State, _ stage: StageSpecification, _ policy: PolicySpecification?, _ place: Int
    ) {
        // Producers of one replica follow each other, so that a step finds its own by adding its place; all topics that a
        // stage writes to must then be at one broker.
        for number in 0..<stage.replicas {
            var isFirst = true
            for step in 0..<stage.steps.count where state.steps[step].kind == .emit {
                let route = core.state.pointee.topics[state.steps[step].topic]
                if route.isDirect { continue }
                let id = core.state.pointee.brokers[Int(route.broker)].addProducer(
                    topic: Int(route.local), stage: place, replica: number)
                if isFirst { state.replicas[number].firstProducer = id }
                isFirst = false
            }
            for source in 0..<state.sourceCount where state.sources[source].isRetry {
                let id = state.sources[source].broker.addProducer(
                    topic: state.sources[source].topic, stage: place, replica: number)
                if isFirst { state.replicas[number].firstProducer = id }
                isFirst = false
            }
        }
    }

    private func audit(_ policy: PolicySpecification, _ stage: StageSpecification) -> DeliveryAudit? {
        guard let log = core.state.pointee.violations?.takeUnretainedValue() else { return nil }
        return DeliveryAudit(
            policy.policy, name: policy.declaredName, stage: stage.name, replicas: stage.replicas,
            fleet: fleet(of: policy), providers: descriptions, log: log)
    }

    /// Replicas that deliver by a policy, in all stages.
    private func fleet(of policy: PolicySpecification) -> Int {
        specification.stages.reduce(0) { sum, stage in
            self.policy(of: stage)?.declaredName == policy.declaredName ? sum + stage.replicas : sum
        }
    }

    private var descriptions: [ProviderDescription] {
        specification.providers.map { ProviderDescription(name: $0.name, dialect: $0.profile.dialect) }
    }

    /// Dispatchers share the fleet's rates (limits, replays) and its money evenly, whatever stage they are in.
    private func dispatcherMaker(_ policy: PolicySpecification) -> () -> Dispatcher {
        var share = policy.policy
        let fleet = Int64(fleet(of: policy))
        for place in share.limits.indices {
            share.limits[place].ratePerSecondMicros = max(1, share.limits[place].ratePerSecondMicros / fleet)
            share.limits[place].burst = max(1, share.limits[place].burst / fleet)
        }
        if let budget = share.routing.money?.budgetMicros { share.routing.money?.budgetMicros = budget / fleet }
        if let rate = share.retry.replay?.ratePerSecondMicros {
            share.retry.replay?.ratePerSecondMicros = max(1, rate / fleet)
        }
        let providers = descriptions
        return { Dispatcher(policy: share, providers: providers) }
    }
}
