// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Which part of a run a metric is read over.
package struct Selection: Equatable, Sendable {
    /// Phases, for what is counted by intended send time; nil: the slots select that as well.
    package var phases: [Int]?
    /// Slots, for what is counted by the clock.
    package var slots: Range<Int>

    /// A trailing window of slots.
    package init(slots: Range<Int>) {
        phases = nil
        self.slots = slots
    }

    /// `before` is what was meant to be sent before the fault began, `during` until it ended, `after` from then on. A slot
    /// that the fault cuts counts as `during`.
    package init(_ selector: Expectation.Selector, of source: any MeasurementSource, faults: [FaultSpecification]) {
        let spans = source.phaseSpans
        let count = source.slotCount
        func phases(where included: (Range<Instant>) -> Bool) -> [Int] { spans.indices.filter { included(spans[$0]) } }
        func ends(_ fault: Int) -> Instant { .zero + faults[fault].at + faults[fault].length }
        func starts(_ fault: Int) -> Instant { .zero + faults[fault].at }
        switch selector {
        case .all:
            self.phases = Array(spans.indices)
            slots = 0..<count
        case .before(let fault):
            self.phases = phases { $0.upperBound <= starts(fault) }
            slots = 0..<min(count, Self.wholeSlots(in: faults[fault].at, source.slot))
        case .during(let fault):
            self.phases = phases { $0.lowerBound >= starts(fault) && $0.upperBound <= ends(fault) }
            let first = min(count, Self.wholeSlots(in: faults[fault].at, source.slot))
            let end = min(count, Self.startedSlots(in: faults[fault].at + faults[fault].length, source.slot))
            slots = first..<max(first, end)
        case .after(let fault):
            self.phases = phases { $0.lowerBound >= ends(fault) }
            slots = min(count, Self.startedSlots(in: faults[fault].at + faults[fault].length, source.slot))..<count
        }
    }

    static func wholeSlots(in interval: Interval, _ slot: Interval) -> Int {
        Int(interval.nanoseconds / slot.nanoseconds)
    }

    static func startedSlots(in interval: Interval, _ slot: Interval) -> Int {
        Int((interval.nanoseconds + slot.nanoseconds - 1) / slot.nanoseconds)
    }
}
