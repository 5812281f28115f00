// SPDX-License-Identifier: GPL-3.0-or-later
import GaleKernel
import GaleMeasurement
import GaleModels
import GalePrimitives

extension World: RunningWorld {
    package var eventCount: UInt64 { events }
    package var queueOperationCount: UInt64 { queueOperations }
    package var laneOperationCount: UInt64 { laneOperations }
    package var submittedCount: Int64 { submitted }
    package var unsettledCount: Int64 { unsettled }
    package var peakUnsettledCount: Int64 { peakUnsettled }
    package var backlogCount: Int64 { backlog }
    package var source: any MeasurementSource { measurements }
    package var pauser: PauseRequest? { pauseRequest }

    package func step(until instant: Instant) -> RunStep {
        switch advance(until: instant) {
        case .reached: .reached
        case .drained: .drained
        case .paused: .paused
        case .stopped(let reason): .stopped(reason)
        }
    }
}

extension Measurements: MeasurementSource {
    package var phaseSpans: [Range<Instant>] { phases.map { $0.start..<$0.end } }
    package var latencyPlaces: [String] { Self.spanNames }

    package func latencySamples(_ subject: MeasuredSubject, phase: Int) -> Histogram {
        latency(Subject(subject), phase: phase)
    }

    package func latencySamples(_ subject: MeasuredSubject, slot: Int) -> Histogram? {
        latency(Subject(subject), slot: slot)
    }

    package func providerTotals(_ provider: Int) -> ProviderTotals {
        let totals = self.provider(provider)
        return ProviderTotals(
            attempts: totals.attempts, accepted: totals.accepted, errors: totals.errors, timeouts: totals.timeouts)
    }

    package func stageTotals(_ stage: Int) -> StageTotals {
        let totals = self.stage(stage)
        return StageTotals(
            consumed: totals.consumed, redelivered: totals.redelivered, completed: totals.completed,
            deadLettered: totals.deadLettered, busyNanoseconds: totals.busyNanoseconds)
    }
}

extension Measurements.Subject {
    fileprivate init(_ subject: MeasuredSubject) {
        switch subject {
        case .channel(let index): self = .channel(index)
        case .stage(let index): self = .stage(index)
        case .provider(let index): self = .provider(index)
        }
    }
}
