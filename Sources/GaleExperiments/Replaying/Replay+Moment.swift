// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

extension Replay {
    /// What went on around a moment: how everything stood just before it, and the events on both sides.
    ///
    /// - Parameters:
    ///   - window: so much before and after.
    ///   - most: of more events, those nearest to the moment are told.
    public func moment(
        _ moment: Instant, window: Interval, most: Int = 200, interruption: Interruption = Interruption()
    ) -> Story {
        let first = max(0, moment.nanoseconds - window.nanoseconds)
        let (sum, isBeyond) = moment.nanoseconds.addingReportingOverflow(window.nanoseconds)
        let last = isBeyond ? .max : sum
        let world = World(experiment.scenario.specification, seed: experiment.seed)
        let log = EventLog(first...last, moment: moment.nanoseconds, most: most)
        world.observe(log)
        advance(world, to: Instant(nanoseconds: last), interruption)
        log.finish()
        let lines = Self.nearest(log.lines, to: moment.nanoseconds, most)
        let left = log.count - lines.count
        let width = log.view.map(\.place.count).max() ?? 0
        var heading = log.view.map {
            $0.place + String(repeating: " ", count: width - $0.place.count + 2) + $0.facts.joined(separator: ", ")
        }
        if world.now < moment, interruption.signal == nil {
            heading.insert("the run is over at \(StoryTeller.moment(world.now.nanoseconds)): this is its end", at: 0)
        }
        if left > 0 { heading.append("(\(left) more events within \(window) are left out)") }
        let steps = lines.enumerated().map { place, line in
            step(line, place + 1, world.worldSpecification)
        }
        return story(StoryTeller.moment(moment.nanoseconds), heading: heading, steps: steps)
    }

    private static func nearest(_ lines: [EventLine], to moment: Int64, _ most: Int) -> [EventLine] {
        guard lines.count > most else { return lines }
        let middle = lines.firstIndex { $0.time >= moment } ?? lines.count
        let start = max(0, min(middle - most / 2, lines.count - most))
        return Array(lines[start..<start + most])
    }

    func step(_ line: EventLine, _ number: Int, _ specification: WorldSpecification) -> Story.Step {
        let message = line.message.map { " (\($0.text(in: specification)))" } ?? ""
        return Story.Step(number: number, nanoseconds: line.time, place: line.component, text: line.what + message)
    }

    /// Runs to an instant and no further.
    func advance(_ world: World, to limit: Instant, _ interruption: Interruption) {
        while world.now < min(limit, world.end), interruption.signal == nil {
            if world.step(until: min(world.now + RunLoop.slice, limit)) != .reached { return }
        }
    }
}
