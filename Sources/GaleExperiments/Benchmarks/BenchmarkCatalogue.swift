// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// The benchmarks by name.
public enum BenchmarkCatalogue {
    /// The groups that `gale bench` knows, in the order of their measurement.
    public static let groups = ["hold", "timers", "mm1", "retry", "scenario", "policies", "draws"]

    static let usualPending = [100, 10_000, 1_000_000, 10_000_000]

    /// The benchmarks that a word names: a group, or one benchmark of it such as `hold/kernel/1000`. None: it names nothing.
    ///
    /// - Parameter scenario: path of the main scenario's file.
    public static func benchmarks(named word: String, scenario: String) throws(ScenarioError) -> [any Benchmark] {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts[0] {
        case "hold": return holdModels(parts)
        case "timers": return timerModels(parts)
        case "policies": return policies.filter { parts.count == 1 || $0.name == word }
        case "draws": return DrawModel.all.filter { parts.count == 1 || $0.name == word }
        case "mm1" where parts.count == 1: return [SingleServerModel()]
        case "scenario" where parts.count == 1: return [try ScenarioModel(path: scenario)]
        case "retry" where parts.count == 1: return [RetryModel(), try ScenarioModel.retry()]
        default: break
        }
        switch word {
        case "retry/kernel": return [RetryModel()]
        case "retry/scenario": return [try ScenarioModel.retry()]
        default: return []
        }
    }

    private static var policies: [any Benchmark] {
        DispatchModel.Variant.allCases.map { DispatchModel($0) } + PolicyModel.Policy.allCases.map { PolicyModel($0) }
    }

    private static func holdModels(_ parts: [String]) -> [any Benchmark] {
        if parts.count == 1 {
            return [HoldModel.Layer.queue, .kernel].flatMap { layer in
                usualPending.map { HoldModel(layer, pending: $0) }
            }
        }
        guard let layer = HoldModel.Layer(rawValue: parts[1]) else { return [] }
        if parts.count == 2 { return usualPending.map { HoldModel(layer, pending: $0) } }
        guard parts.count == 3, let pending = count(parts[2]) else { return [] }
        return [HoldModel(layer, pending: pending)]
    }

    private static func timerModels(_ parts: [String]) -> [any Benchmark] {
        if parts.count == 1 { return [TimerModel()] }
        guard parts.count == 2, let pending = count(parts[1]) else { return [] }
        return [TimerModel(pending: pending)]
    }

    private static func count(_ text: String) -> Int? {
        Int(text).flatMap { (1...100_000_000).contains($0) ? $0 : nil }
    }
}
