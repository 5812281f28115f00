// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// A run made once more to be looked at: the same seed gives the same run, so that nothing has to be kept of the first.
public struct Replay: Sendable {
    public let experiment: Experiment

    public init(_ experiment: Experiment) { self.experiment = experiment }

    private var specification: WorldSpecification { experiment.scenario.specification }

    /// The life of one message.
    ///
    /// - Parameter message: as `MessageName.text` writes it.
    /// - Throws: `ReplayFailure` when there is no such message.
    public func life(
        of message: String, interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) throws -> Story {
        let world = World(specification, seed: experiment.seed)
        let specification = world.worldSpecification
        guard let identity = MessageID(message, in: specification) else {
            throw ReplayFailure.noMessage(message, workloads: specification.workloads.map(\.name))
        }
        let tracer = MessageTracer(identity)
        world.observe(tracer)
        run(world, interruption: interruption, progress: progress)
        tracer.finish()
        guard !tracer.steps.isEmpty else { throw ReplayFailure.notSubmitted(message) }
        return story(
            identity.text(in: specification), heading: heading(identity, world),
            steps: StoryTeller(specification: specification).tell(tracer.steps))
    }

    func story(_ subject: String, heading: [String], steps: [Story.Step]) -> Story {
        Story(
            scenario: experiment.scenario.name, variant: experiment.scenario.variant, seed: experiment.seed,
            subject: subject, heading: heading, steps: steps)
    }

    func run(_ world: World, interruption: Interruption, progress: (RunProgress) -> Void) {
        var loop = RunLoop()
        loop.run(
            world, loadEnds: .zero + specification.duration, limits: RunLimits(specification.limits),
            interruption: interruption, progress: progress)
    }

    /// What identity alone says of a message.
    private func heading(_ identity: MessageID, _ world: World) -> [String] {
        let view = world.notification(workload: identity.workload, ordinal: identity.ordinal, unit: identity.unit)
        let channel = Channel(rawValue: UInt8(view.channel))?.name ?? "?"
        let platform = Platform(rawValue: UInt8(view.platform)).map { $0 == .none ? "" : " on \($0.name)" } ?? ""
        return [
            "\(channel)\(platform), to recipient \(view.recipient), from tenant \(view.tenant), \(view.size) bytes"
        ]
    }
}
