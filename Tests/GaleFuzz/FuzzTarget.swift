// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleMeasurement
import GaleModels
import GaleScenarioLanguage

/// What is done with an input, without running anything, and what must hold of it.
enum FuzzTarget {
    enum Outcome { case accepted, refused }

    /// Reads a scenario with the files beside it. What is accepted must, written out, be accepted again as the same; what is
    /// refused must be refused with a place and a message.
    static func read(_ made: FuzzCase) -> Outcome {
        let files = Dictionary(made.files.dropFirst().map { ($0.path, $0.text) }, uniquingKeysWith: { $1 })
        let overrides = made.arguments.indices.filter { $0 > 0 && made.arguments[$0 - 1] == "--set" }
            .map { Override(made.arguments[$0]) }
        do throws(ScenarioError) {
            let scenario = try ScenarioReader.read(
                text: made.files[0].text, file: made.files[0].path, files: files, overrides: overrides)
            check(scenario, files: files)
            return .accepted
        } catch {
            precondition(!error.diagnostics.isEmpty, "refused without a word")
            for diagnostic in error.diagnostics { check(diagnostic) }
            return .refused
        }
    }

    /// Runs a scenario until a limit of events that is small, or the watchdog's patience, is at its end: the number of events.
    static func run(_ made: FuzzCase, _ watchdog: Watchdog) -> UInt64? {
        let files = Dictionary(made.files.dropFirst().map { ($0.path, $0.text) }, uniquingKeysWith: { $1 })
        guard
            var specification = try? ScenarioReader.read(
                text: made.files[0].text, file: made.files[0].path, files: files
            ).specification
        else { return nil }
        specification.limits.events = 50_000
        specification.limits.eventsPerInstant = 20_000
        let world = World(specification, seed: specification.seed)
        watchdog.pauser = world.pauseRequest
        _ = world.advance(until: world.end)
        watchdog.pauser = nil
        world.finish()
        var ledger = Ledger()
        for phase in world.measurements.phases.indices {
            for channel in Channel.allCases {
                ledger += world.measurements.ledger(phase: phase, channel: Int(channel.rawValue))
            }
        }
        precondition(ledger.balances, "the ledger does not sum to what was submitted")
        return world.events
    }

    private static func check(_ scenario: Scenario, files: [String: String]) {
        for warning in scenario.warnings { check(warning) }
        do throws(ScenarioError) {
            let again = try ScenarioReader.read(text: scenario.resolvedText, file: scenario.file, files: files)
            precondition(again.fingerprint == scenario.fingerprint, "written out, it is another scenario")
        } catch {
            preconditionFailure("written out, it is refused: \(error.text)\n\(scenario.resolvedText)")
        }
    }

    private static func check(_ diagnostic: Diagnostic) {
        precondition(diagnostic.location.line >= 1 && diagnostic.location.column >= 1, "a place before the first")
        precondition(!diagnostic.location.file.isEmpty && !diagnostic.message.isEmpty, "a diagnostic without words")
        precondition(!diagnostic.message.utf8.contains(10), "a message of several lines")
        precondition(!diagnostic.text.isEmpty)
    }

    /// Reads a text by every reader of single values.
    static func readValue(_ text: String) {
        check(text, Quantity.duration, QuantityText.duration)
        check(text, Quantity.size, QuantityText.size)
        check(text, Quantity.rate, QuantityText.rate)
        check(text, Quantity.share, QuantityText.share)
        check(text, Quantity.factor, QuantityText.factor)
        check(text, Quantity.count, QuantityText.count)
        if let number = try? Quantity.number(text) { precondition(number.isFinite && number >= 0, "an odd number") }
        for unit in [DistributionText.Unit.time, .size] {
            _ = try? DistributionText.read(text, unit: unit) { _ throws(DistributionText.Mistake) in [1, 2, 3] }
        }
        var parser = ExpectationParser(names: names)
        do throws(ExpectationParser.Mistake) { _ = try parser.parse(text) } catch {
            precondition(
                error.offset >= 0 && error.offset <= text.unicodeScalars.count, "a mistake outside of the text")
        }
    }

    private static let names: [Entity: [String]] = [
        .fault: ["brownout", "cut"], .provider: ["apns", "fcm"], .topic: ["outbox"], .stage: ["sender"],
    ]

    /// What is read and written again reads as the same.
    private static func check(
        _ text: String, _ read: (String) throws(Quantity.Problem) -> Int64, _ write: (Int64) -> String
    ) {
        guard let value = try? read(text) else { return }
        precondition(value >= 0, "a negative quantity")
        precondition((try? read(write(value))) == value, "\(text) is written as \(write(value))")
    }
}
