// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Makes the result of a run from what its world has measured.
struct ResultBuilder {
    let experiment: Experiment
    let world: any RunningWorld
    let loop: RunLoop
    let source: any MeasurementSource
    let reader: MetricReader
    /// The whole run.
    let everything: Selection
    /// Channels that something was submitted to, by `Channel.rawValue`.
    let channels: [Int]

    var specification: WorldSpecification { experiment.scenario.specification }

    init(experiment: Experiment, world: any RunningWorld, loop: RunLoop) {
        self.experiment = experiment
        self.world = world
        self.loop = loop
        let source = world.source
        self.source = source
        let reader = MetricReader(source: source, specification: experiment.scenario.specification)
        self.reader = reader
        let everything = Selection(.all, of: source, faults: [])
        self.everything = everything
        channels = Channel.allCases.map { Int($0.rawValue) }
            .filter { reader.ledger(of: [$0], over: everything).submitted > 0 }
    }

    func result(timing: RunTiming) throws -> RunResult {
        let ledger = try balancedLedger()
        return RunResult(
            summary: summary(ledger: ledger), timing: timing, about: experiment.scenario.about,
            reproduction: experiment.reproduction, variant: experiment.scenario.variant,
            slotSeconds: source.slot.seconds, loadEndsSeconds: specification.duration.seconds,
            channelSeries: channels.map(channelSeries), providerSeries: providerSeries, topicSeries: topicSeries,
            storeSeries: storeSeries, breakdown: channels.map(breakdown), distributions: distributions,
            checkpoints: loop.checkpoints)
    }

    func summary() throws -> RunSummary { summary(ledger: try balancedLedger()) }

    /// Every part of the ledger sums, by phase and by slot, and both sum to the same whole.
    func balancedLedger() throws -> Ledger {
        var whole = Ledger()
        for channel in Channel.allCases {
            var byPhase = Ledger()
            var bySlot = Ledger()
            for phase in everything.phases ?? [] {
                let part = source.ledger(phase: phase, channel: Int(channel.rawValue))
                guard part.balances else {
                    throw RunFailure.ledgerDoesNotBalance("\(channel.name), phase \(phase): \(part)")
                }
                byPhase += part
            }
            for slot in everything.slots {
                let part = source.ledger(slot: slot, channel: Int(channel.rawValue))
                guard part.balances else {
                    throw RunFailure.ledgerDoesNotBalance("\(channel.name), slot \(slot): \(part)")
                }
                bySlot += part
            }
            guard byPhase == bySlot else {
                throw RunFailure.ledgerDoesNotBalance("\(channel.name): phases \(byPhase), slots \(bySlot)")
            }
            whole += byPhase
        }
        guard whole.submitted == world.submittedCount else {
            throw RunFailure.ledgerDoesNotBalance("\(world.submittedCount) submitted, \(whole)")
        }
        return whole
    }
}
