// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import GalePrimitives

/// A world that only keeps time.
final class HandMadeWorld: RunningWorld {
    let measurements: HandMadeMeasurements
    var now = Instant.zero
    let end: Instant
    var steps: [Instant] = []
    var isFinished = false
    /// The step that is answered otherwise, and how.
    var special: (step: Int, answer: RunStep)?
    var onStep: (Int) -> Void = { _ in }

    init(_ measurements: HandMadeMeasurements, end: Interval) {
        self.measurements = measurements
        self.end = .zero + end
    }

    var source: any MeasurementSource { measurements }
    var eventCount: UInt64 { UInt64(steps.count) * 10 }
    let queueOperationCount: UInt64 = 1
    let laneOperationCount: UInt64 = 2
    var submittedCount: Int64 { Int64(measurements.messages.count) }
    let unsettledCount: Int64 = 0
    let peakUnsettledCount: Int64 = 5
    let backlogCount: Int64 = 0
    var trajectoryDigest: String { "trajectory \(steps.count)" }
    let outcomeDigest = "outcome"

    func step(until instant: Instant) -> RunStep {
        steps.append(instant)
        now = instant
        onStep(steps.count)
        if let special, special.step == steps.count { return special.answer }
        return .reached
    }

    func finish() { isFinished = true }
}
