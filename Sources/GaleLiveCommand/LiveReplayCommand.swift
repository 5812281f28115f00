// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import GaleLive
import GaleScenarioLanguage

/// `gale-live replay`: a log in the simulated host.
struct LiveReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replays a log in virtual time; the simulated host must give out the same actions.",
        discussion: "Exit code 3: they differ; the first difference is named. Exit code 2: the log can't be read.")

    @Argument(help: "What `gale-live run --log` wrote.")
    var log: String

    func run() throws {
        do {
            let log = try LogFile.read(log)
            let scenario = try LiveScenario(
                try ScenarioReader.read(text: log.header.scenario, file: "\(self.log): scenario"))
            let outcome = try Replay.run(log, policy: scenario.policy, providers: scenario.descriptions)
            print(
                "\(outcome.inputs) inputs led to the same \(outcome.actions) actions"
                    + (log.isComplete ? "" : " (the log ends before the run would have)"))
        } catch let error as LogError {
            throw LiveFailure.input("\(log): \(error)")
        } catch let error as ScenarioError {
            throw LiveFailure.scenario(error)
        } catch let error as LiveScenario.Problem {
            throw LiveFailure.input("\(log): \(error)")
        } catch let error as ReplayDifference {
            throw LiveFailure(message: "gale-live: the replay differs at \(error)", status: 3)
        }
    }
}
