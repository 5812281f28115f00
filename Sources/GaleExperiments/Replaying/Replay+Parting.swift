// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

extension Replay {
    /// A line each 100 simulated milliseconds, to the end of the run.
    public func checkpoints(
        interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) -> [RunResult.Checkpoint] {
        let specification = experiment.scenario.specification
        var loop = RunLoop()
        loop.run(
            World(specification, seed: experiment.seed), loadEnds: .zero + specification.duration,
            limits: RunLimits(specification.limits), interruption: interruption, progress: progress)
        return loop.checkpoints
    }

    /// Where this run and another one part; nil: they are the same.
    ///
    /// - Parameter most: events looked at in one go; more make it take longer, fewer take less memory.
    public func parting(
        from other: Replay, names: (first: String, second: String), most: Int = 100_000,
        interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) -> Parting? {
        let (own, others) = (
            checkpoints(interruption: interruption, progress: progress),
            other.checkpoints(interruption: interruption, progress: progress)
        )
        guard let place = Self.firstDifference(own, others) else { return nil }
        var parting = parting(at: place, own, others, names)
        let stretch = Self.stretch(parting)
        let most = max(most, 2 * Self.context)
        var skipped = 0
        var (first, second, common) = ([StretchEvent](), [StretchEvent](), 0)
        repeat {
            if common > 0 { skipped += common - Self.context }
            first = events(stretch, skipping: skipped, most, interruption)
            second = other.events(stretch, skipping: skipped, most, interruption)
            let end = min(first.count, second.count)
            common = (0..<end).first { !first[$0].line.isSame(second[$0].line) } ?? end
        } while common == most && interruption.signal == nil
        parting.eventsInCommon = skipped + common
        parting.common = Self.steps(first[max(0, common - Self.context)..<common])
        parting.firstNext = Self.steps(first[common...].prefix(Self.context))
        parting.secondNext = Self.steps(second[common...].prefix(Self.context))
        return parting
    }

    /// Where this run and one of which there are only the checkpoints part; nil: they are the same.
    public func parting(
        from others: [RunResult.Checkpoint], names: (first: String, second: String),
        interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) -> Parting? {
        let own = checkpoints(interruption: interruption, progress: progress)
        guard let place = Self.firstDifference(own, others) else { return nil }
        var parting = parting(at: place, own, others, names)
        parting.firstNext = Self.steps(
            events(Self.stretch(parting), skipping: 0, 4 * Self.context, interruption))
        return parting
    }

    /// Events told on each side of the place.
    private static var context: Int { 6 }

    private func parting(
        at place: Int, _ own: [RunResult.Checkpoint], _ others: [RunResult.Checkpoint],
        _ names: (first: String, second: String)
    ) -> Parting {
        let apart = [own, others].compactMap { place < $0.count ? $0[place].nanoseconds : nil }.max() ?? 0
        return Parting(
            first: names.first, second: names.second, together: place == 0 ? 0 : own[place - 1].nanoseconds,
            apart: apart, eventsInCommon: 0, common: [], firstNext: [], secondNext: nil)
    }

    /// The first checkpoint that differs, by bisection: digests are over all that was before, so that what differs once differs
    /// for good.
    static func firstDifference(_ first: [RunResult.Checkpoint], _ second: [RunResult.Checkpoint]) -> Int? {
        let shorter = min(first.count, second.count)
        var (low, high) = (0, shorter)
        while low < high {
            let middle = (low + high) / 2
            if isSame(first[middle], second[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == shorter && first.count == second.count ? nil : low
    }

    private static func isSame(_ first: RunResult.Checkpoint, _ second: RunResult.Checkpoint) -> Bool {
        first.nanoseconds == second.nanoseconds && first.events == second.events && first.digest == second.digest
    }

    private static func stretch(_ parting: Parting) -> ClosedRange<Int64> {
        let from = parting.together == 0 ? 0 : parting.together + 1
        return from...max(from, parting.apart)
    }

    private typealias StretchEvent = (line: EventLine, step: Story.Step)

    private func events(
        _ stretch: ClosedRange<Int64>, skipping: Int, _ most: Int, _ interruption: Interruption
    ) -> [StretchEvent] {
        let world = World(experiment.scenario.specification, seed: experiment.seed)
        let log = EventLog(stretch, skipping: skipping, most: most)
        world.observe(log)
        advance(world, to: Instant(nanoseconds: stretch.upperBound), interruption)
        return log.lines.map { ($0, step($0, 0, world.worldSpecification)) }
    }

    private static func steps(_ events: some Sequence<StretchEvent>) -> [Story.Step] {
        events.map(\.step)
    }
}
