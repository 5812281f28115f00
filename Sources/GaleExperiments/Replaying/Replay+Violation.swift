// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

extension Replay {
    /// The life of the message that shows what is wrong with the run: the one that the finding names, or else the one that
    /// `ExemplarSearch` finds for it. Where none can show it, the moment that comes nearest.
    ///
    /// - Throws: `ReplayFailure.noViolation` when nothing is wrong, or nothing that has a message or a moment.
    public func violation(
        window: Interval, interruption: Interruption = Interruption(), progress: (RunProgress) -> Void = { _ in }
    ) throws -> Story {
        let world = World(experiment.scenario.specification, seed: experiment.seed)
        let summary = try experiment.summary(world, interruption: interruption, progress: progress)
        let findings = summary.findings
        guard let finding = findings.first(where: { $0.message != nil }) ?? findings.first else {
            throw ReplayFailure.noViolation([])
        }
        var heading = ["violates \(finding.name)\(Self.at(finding)): \(finding.cause)"]
        var story: Story
        if let message = finding.message {
            story = try life(of: message, interruption: interruption, progress: progress)
        } else {
            guard
                let exemplar = withoutActuallyEscaping(
                    progress,
                    do: { progress in
                        let search = ExemplarSearch(
                            replay: self, world: world, interruption: interruption, progress: progress)
                        return search.exemplar(of: finding, in: summary)
                    })
            else { throw ReplayFailure.noViolation(findings.map(\.cause)) }
            heading.append("shown by: \(exemplar.why)")
            switch exemplar.subject {
            case .message(let message):
                story = try life(
                    of: message.text(in: world.worldSpecification), interruption: interruption, progress: progress)
            case .moment(let moment):
                story = self.moment(Instant(nanoseconds: moment), window: window, interruption: interruption)
            }
        }
        story.heading.insert(contentsOf: heading, at: 0)
        return story
    }

    private static func at(_ finding: RunFinding) -> String {
        finding.nanoseconds.map { " at " + StoryTeller.moment($0) } ?? ""
    }
}

extension ExemplarSearch {
    /// nil: nothing shows it.
    func exemplar(of finding: RunFinding, in summary: RunSummary) -> Exemplar? {
        switch finding.kind {
        case .expectation:
            let expectation = replay.experiment.scenario.allExpectations.first { $0.text == finding.name }
            return expectation.flatMap { exemplar(of: $0) }
        case .recovery: return summary.recovery.flatMap { exemplar(of: $0) }
        case .invariant:
            return finding.nanoseconds.map { Exemplar(subject: .moment($0), why: "when it was first seen") }
        case .endedEarly:
            return Exemplar(subject: .moment(world.now.nanoseconds), why: "no message shows it; the run was ended here")
        }
    }
}
