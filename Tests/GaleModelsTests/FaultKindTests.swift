// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders
import Testing

@Suite struct FaultKindTests {
    @Test("every kind has a name, a family and a target of its own, and its parameters have different keys")
    func names() {
        #expect(Set(FaultKind.all.map(\.name)).count == FaultKind.all.count)
        for kind in FaultKind.all {
            #expect(FaultKind.named(kind.name) == kind)
            #expect(Set(kind.parameters.map(\.key)).count == kind.parameters.count && !kind.parameters.isEmpty)
        }
        for family in FaultKind.Family.allCases {
            #expect(FaultKind.all.contains { $0.family == family }, "\(family) has no kind")
        }
        for target in FaultKind.Target.allCases {
            #expect(FaultKind.all.contains { $0.target == target }, "\(target) is struck by no kind")
        }
    }

    /// One effect of each sort: a new case of `FaultEffect` belongs here as well.
    private var effects: [FaultEffect] {
        var slow = ProviderFault()
        slow.latencyFactorMicros = 2_000_000
        var brown = ProviderFault()
        brown.capacityMicros = 1
        var failing = ProviderFault()
        failing.errorMicros = 1
        var throttling = failing
        throttling.error = ProviderResponse(status: 429)
        var rejecting = failing
        rejecting.error = ProviderResponse(status: 400, reason: Reason(dialect: .apns, text: "PayloadEmpty")!)
        var gone = failing
        gone.error = ProviderResponse(status: 410, reason: Reason(dialect: .apns, text: "Unregistered")!)
        var dark = ProviderFault()
        dark.blackout = true
        let neutral: Int64 = 1_000_000
        func store(_ capacity: Int64, _ errors: Int64, _ latency: Int64, _ blackout: Bool) -> FaultEffect {
            .store(
                0, capacityFactorMicros: capacity, errorMicros: errors, latencyFactorMicros: latency, blackout: blackout
            )
        }
        func link(_ factor: Int64, _ delay: Interval, _ loss: Int64, _ partitioned: Bool) -> FaultEffect {
            .link(0, latencyFactorMicros: factor, addedLatency: delay, lossMicros: loss, partitioned: partitioned)
        }
        return [slow, brown, failing, throttling, rejecting, gone, dark].map { .provider(0, $0) } + [
            store(1, 0, neutral, false), store(neutral, 1, neutral, false), store(neutral, 0, 2, false),
            store(neutral, 0, neutral, true), link(2_000_000, .zero, 0, false), link(neutral, .zero, 1, false),
            link(neutral, .zero, 0, true), .brokerCrash(broker: 0, node: 0),
            .workerCrash(stage: 0, firstReplica: 0, count: 1), .workerPause(stage: 0, firstReplica: 0, count: 1),
            .objections(stage: 0, shareMicros: 1, channel: nil),
        ] + BorderFault.Kind.allCases.map { .border(stage: 0, BorderFault($0, shareMicros: 1)) }
    }

    @Test("each effect is of exactly one registered kind, and each kind is the one of an effect")
    func effectsHaveKinds() {
        for effect in effects {
            #expect(effect.kinds.count == 1, "\(effect)")
            #expect(effect.kinds.allSatisfy { FaultKind.all.contains($0) })
        }
        #expect(Set(effects.flatMap { $0.kinds.map(\.name) }) == Set(FaultKind.all.map(\.name)))
    }

    @Test("every dialect has errors that pass, and those of another sort are of no other")
    func answers() {
        for dialect in ProviderDialect.allCases {
            let passing = FaultKind.Parameter.Answer.passing.answers(dialect)
            let permanent = FaultKind.Parameter.Answer.permanent.answers(dialect)
            #expect(!passing.isEmpty && !permanent.isEmpty)
            let gone = FaultKind.Parameter.Answer.gone.answers(dialect)
            #expect(!gone.isEmpty || dialect == .gateway)
            #expect(!passing.contains { permanent.contains($0) || gone.contains($0) })
            #expect(!permanent.contains { gone.contains($0) })
        }
    }
}

@Suite struct CoverageTests {
    @Test("every counter of the delivery code has its place in the catalogue")
    func counters() {
        let named = Mirror(reflecting: DeliveryCounters()).children.compactMap(\.label)
        #expect(Set(Coverage.counterNames) == Set(named))
        #expect(Coverage.counterNames.count == named.count)
    }

    @Test("every item of the catalogue is named once")
    func items() { #expect(Set(Coverage.items).count == Coverage.items.count) }

    private func edges(_ specification: WorldSpecification) -> Set<String> {
        let world = Fixture.run(specification).world
        return Set(world.reached.map { Coverage.items[$0] }.filter { $0.group == .state }.map(\.name))
    }

    @Test("edges of state machines that a run takes are reached, and no others; the catalogue has them all")
    func edges() {
        #expect(Coverage.items.count { $0.group == .state } == StateEdge.allCases.count)
        var profile = KafkaProfile()
        (profile.session, profile.brokerSession) = (.seconds(3), .seconds(2))
        func log(_ faults: [FaultSpecification]) -> Set<String> {
            edges(Fixture.log(perSecond: 50, profile: profile, faults: faults))
        }
        #expect(log([]).isEmpty)
        let dead = FaultSpecification(
            name: "node", at: .seconds(5), length: .seconds(10), effect: .brokerCrash(broker: 0, node: 0))
        let led: Set = [
            "broker node: up to down", "broker node: down to fenced", "broker node: fenced to up",
            "partition: led to led by another replica",
        ]
        #expect(log([dead]) == led)
        var short = dead
        short.length = .seconds(1)
        #expect(log([short]) == ["broker node: up to down", "broker node: down to up"])
        let crash = FaultSpecification(
            name: "crash", at: .seconds(5), length: .seconds(15),
            effect: .workerCrash(stage: 0, firstReplica: 0, count: 1))
        let group: Set = [
            "replica: up to crashed", "replica: crashed to up", "consumer group: stable to disturbed",
            "consumer group: disturbed to rebalancing", "consumer group: rebalancing to stable",
        ]
        #expect(log([crash]) == group)
        let workers = edges(
            JobPoolTests.platform(
                JobPoolTests.work(),
                faults: [
                    FaultSpecification(
                        name: "pause", at: .seconds(2), length: .seconds(2),
                        effect: .workerPause(stage: 0, firstReplica: 0, count: 1)),
                    FaultSpecification(
                        name: "crash", at: .seconds(5), length: .seconds(2),
                        effect: .workerCrash(stage: 0, firstReplica: 0, count: 1)),
                ]))
        #expect(
            workers == [
                "worker: up to paused", "worker: paused to up", "worker: up to crashed", "worker: crashed to up",
            ])
    }
}
