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

    /// Without a provider, a channel that nobody chose is only a number that everything has.
    var hasChannels: Bool { !specification.providers.isEmpty || channels.count > 1 }

    func name(ofChannel channel: Int) -> String { hasChannels ? Channel.allCases[channel].name : "all" }

    func result(timing: RunTiming) -> RunResult {
        RunResult(
            summary: summary(), timing: timing, about: experiment.scenario.about,
            reproduction: experiment.reproduction, variant: experiment.scenario.variant,
            slotSeconds: source.slot.seconds, loadEndsSeconds: specification.duration.seconds,
            channelSeries: channels.map(channelSeries), providerSeries: providerSeries, topicSeries: topicSeries,
            storeSeries: storeSeries, breakdown: channels.map(breakdown), distributions: distributions,
            checkpoints: loop.checkpoints)
    }

    /// Every part of the ledger sums, by phase and by slot, and both sum to the same whole, which is what was submitted.
    func checkedLedger() -> (ledger: Ledger, violations: [Violation]) {
        let log = ViolationLog()
        func note(_ key: String, _ cause: String) {
            log.note(.ledger, message: nil, at: world.now, key: key, cause: cause)
        }
        var whole = Ledger()
        for channel in Channel.allCases {
            var byPhase = Ledger()
            var bySlot = Ledger()
            for phase in everything.phases ?? [] {
                let part = source.ledger(phase: phase, channel: Int(channel.rawValue))
                if !part.balances { note("does not sum", "\(channel.name), phase \(phase) does not sum: \(part)") }
                byPhase += part
            }
            for slot in everything.slots {
                let part = source.ledger(slot: slot, channel: Int(channel.rawValue))
                if !part.balances { note("does not sum", "\(channel.name), slot \(slot) does not sum: \(part)") }
                bySlot += part
            }
            if byPhase != bySlot {
                note("phases and slots differ", "\(channel.name): phases \(byPhase), slots \(bySlot)")
            }
            whole += byPhase
        }
        if whole.submitted != world.submittedCount {
            note("submissions are missing", "\(world.submittedCount) submitted, the ledger has \(whole)")
        }
        return (whole, log.violations)
    }
}
