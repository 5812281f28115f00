// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Finds when a number rose that takes long to read, because it sums over much of the run: a first run looks at it once a slot, and
/// in the next one only slots in which it rose are looked at event by event.
package struct RiseSearch {
    /// Which of its rises are asked for.
    package enum Wanted { case first, highest }

    private let replay: Replay
    private let slot: Interval
    private let interruption: Interruption
    /// Rises that are kept.
    private static let most = 16

    /// - Parameter slot: of the run's measurements.
    package init(_ replay: Replay, slot: Interval, interruption: Interruption = Interruption()) {
        self.replay = replay
        self.slot = slot
        self.interruption = interruption
    }

    /// What is to watch the next run of the same seed.
    ///
    /// - Parameter read: a number that may fall again, as where a provider takes in late what had been given up; what rises and falls
    ///   within one slot is missed.
    package func watch(_ wanted: Wanted, _ read: @escaping (MetricReader) -> Int64) -> RiseWatch {
        let ends = atSlotEnds(read)
        let rising = Self.rising(ends, wanted)
        let length = slot.nanoseconds
        var reader: MetricReader?
        var (found, last) = (0, Int64(0))
        return RiseWatch(most: Self.most) { world in
            if wanted == .first, found == Self.most { return last }
            // What happens at the very end of a slot does so before the look at that.
            let place = Int(max(0, world.now.nanoseconds - 1) / length)
            guard rising.contains(place) else {
                last = place == 0 ? 0 : ends.prefix(place).last ?? 0
                return last
            }
            let known = reader ?? MetricReader(source: world.source, specification: world.worldSpecification)
            reader = known
            let value = read(known)
            if value > last { found += 1 }
            last = value
            return value
        }
    }

    /// The number at the end of each slot.
    private func atSlotEnds(_ read: (MetricReader) -> Int64) -> [Int64] {
        let world = World(replay.experiment.scenario.specification, seed: replay.experiment.seed)
        let reader = MetricReader(source: world.source, specification: world.worldSpecification)
        let limits = RunLimits(replay.experiment.scenario.specification.limits)
        let watch = world.pauser.map { LimitWatch($0, limits: limits, interruption: interruption) }
        defer { watch?.end() }
        var ends: [Int64] = []
        while world.now < world.end, interruption.signal == nil {
            let step = world.step(until: .zero + slot * Int64(ends.count + 1))
            if step == .paused {
                if limits.exceeded == nil { continue }
                break
            }
            ends.append(read(reader))
            if step != .reached { break }
        }
        return ends
    }

    /// Slots at whose end the number is greater than at their beginning, the first ones; or the one in which it becomes greater than
    /// it ever was, the last time.
    package static func rising(_ ends: [Int64], _ wanted: Wanted) -> Set<Int> {
        var (before, highest) = (Int64(0), Int64(0))
        let places = ends.indices.filter { place in
            defer { (before, highest) = (ends[place], max(highest, ends[place])) }
            return ends[place] > (wanted == .first ? before : highest)
        }
        return Set(wanted == .first ? places.prefix(most) : places.suffix(1))
    }
}
