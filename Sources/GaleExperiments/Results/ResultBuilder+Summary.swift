// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

extension ResultBuilder {
    func summary() -> RunSummary {
        let (ledger, ledgerViolations) = checkedLedger()
        let evaluator = ExpectationEvaluator(source: source, specification: specification)
        let expectations = experiment.scenario.allExpectations.map(evaluator.evaluate)
        let violations = (ledgerViolations + source.violations).map { ViolationSummary($0, in: specification) }
        let partial = loop.stopReason != nil
        // What a signal or a limit has cut short says nothing about it.
        let recovery =
            partial ? nil : experiment.scenario.recovery.flatMap { RecoveryJudge(reader: reader, rule: $0).judge() }
        var attempts: Int64 = 0
        var messages: Int64 = 0
        for phase in everything.phases ?? [] {
            let part = source.attemptsAndMessages(phase: phase)
            attempts += part.attempts
            messages += part.messages
        }
        var ledgerSummary = LedgerSummary(ledger)
        ledgerSummary.misordered = source.misordered
        return RunSummary(
            schema: EngineVersion.summarySchema,
            scenario: RunSummary.ScenarioIdentity(
                name: experiment.scenario.name, fingerprint: experiment.scenario.fingerprint,
                variant: experiment.scenario.variant),
            seed: experiment.seed, version: EngineVersion.semantics,
            simulatedSeconds: Interval(nanoseconds: world.now.nanoseconds).seconds,
            digest: RunSummary.Digest(trajectory: world.trajectoryDigest, outcome: world.outcomeDigest),
            events: world.eventCount, ledger: ledgerSummary, attempts: attempts,
            amplification: messages == 0 ? 0 : Double(attempts) / Double(messages), latency: latency,
            stages: stages, providers: providers, faults: faults, expectations: expectations,
            violations: violations, recovery: recovery,
            verdict: RunSummary.Verdict(
                passed: !partial && violations.isEmpty && recovery?.fails != true && expectations.allSatisfy(\.held),
                partial: partial, reason: loop.stopReason, limit: loop.limit,
                violated: Invariant.allCases.filter { name in violations.contains { $0.invariant == name } }
                    .map(\.rawValue), metastable: recovery?.state == .metastable),
            operations: RunSummary.OperationSummary(
                queue: world.queueOperationCount, lanes: world.laneOperationCount),
            peakUnsettled: world.peakUnsettledCount)
    }

    private var latency: [String: LatencySummary] {
        var summaries = ["all": summary(of: channels.map { .channel($0) })]
        for channel in hasChannels ? channels : [] {
            summaries[Channel.allCases[channel].name] = summary(of: [.channel(channel)])
        }
        return summaries
    }

    private func summary(of subjects: [MeasuredSubject]) -> LatencySummary {
        let samples = reader.samples(of: subjects, over: everything)
        defer { samples.deallocate() }
        return LatencySummary(samples)
    }

    private var stages: [String: StageSummary] {
        var summaries: [String: StageSummary] = [:]
        for (index, stage) in specification.stages.enumerated() {
            let totals = source.stageTotals(index)
            let slots = Double(stage.replicas) * Double(stage.concurrency)
            // Busy time is counted while the load lasts.
            let elapsed = Double(min(world.now.nanoseconds, specification.duration.nanoseconds))
            summaries[stage.name] = StageSummary(
                consumed: totals.consumed, redelivered: totals.redelivered, completed: totals.completed,
                deadLettered: totals.deadLettered, latency: summary(of: [.stage(index)]),
                utilisation: elapsed == 0 ? 0 : Double(totals.busyNanoseconds) / (slots * elapsed),
                jobs: source.jobs(stage: index).map(JobSummary.init))
        }
        return summaries
    }

    private var providers: [String: ProviderSummary] {
        var summaries: [String: ProviderSummary] = [:]
        for (index, provider) in specification.providers.enumerated() {
            let totals = source.providerTotals(index)
            var answers: [String: Int64] = [:]
            for answer in source.answers(provider: index) { answers[answer.text, default: 0] += answer.count }
            summaries[provider.name] = ProviderSummary(
                attempts: totals.attempts, accepted: totals.accepted, errors: totals.errors, timeouts: totals.timeouts,
                answers: answers, latency: summary(of: [.provider(index)]),
                spent: source.spent(provider: index, in: specification))
        }
        return summaries
    }

    private var faults: [FaultSummary] {
        specification.faults.enumerated().map { index, fault in
            let changed = source.decisionsChanged(fault: index)
            // Of a run that was ended before it was over, it is not known.
            let isOver = loop.stopReason == nil || world.now >= .zero + fault.at + fault.length
            return FaultSummary(
                name: fault.name, what: fault.effect.text(in: specification), atSeconds: fault.at.seconds,
                lengthSeconds: fault.length.seconds, decisionsChanged: changed, inert: changed == 0 && isOver)
        }
    }
}

extension LedgerSummary {
    init(_ ledger: Ledger) {
        self.init(
            submitted: ledger.submitted, delivered: ledger.delivered, deliveredLate: ledger.deliveredLate,
            expired: ledger.expired, suppressed: ledger.suppressed, deadLettered: ledger.deadLettered,
            shed: ledger.shed, lost: ledger.lost, inFlight: ledger.inFlight, duplicates: ledger.duplicates)
    }
}

extension LatencySummary {
    /// Nanoseconds in, seconds out.
    init(_ samples: Histogram) {
        func quantile(_ quantile: Double) -> Double? {
            samples.value(atQuantile: quantile).map { Interval(nanoseconds: $0).seconds }
        }
        self.init(
            count: samples.count, mean: samples.mean.map { $0 / 1e9 }, p50: quantile(0.5), p90: quantile(0.9),
            p99: quantile(0.99), p999: quantile(0.999), p9999: quantile(0.9999),
            max: samples.max.map { Interval(nanoseconds: $0).seconds })
    }
}
