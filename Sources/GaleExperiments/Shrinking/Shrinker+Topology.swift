// SPDX-License-Identifier: GPL-3.0-or-later
import GaleScenarioLanguage

/// A topic and the stage that reads it go only together: neither is a scenario without the other.
extension Shrinker {
    /// Fewer topics and stages: load that comes in further down, and without what nothing leads to any more.
    mutating func shorten() throws {
        for workload in state.document.keys(at: ["workloads"]) where !isOver() { try enterLater(workload) }
        try leaveOutUnreached()
    }

    /// As far down the pipeline as it goes.
    private mutating func enterLater(_ workload: String) throws {
        let path = ["workloads", workload, "into"]
        guard let topic = state.document.scalar(at: path) else { return }
        var later: [String] = []
        var next = [topic]
        while let topic = next.popLast() {
            for further in state.document.topics(after: topic) where further != topic && !later.contains(further) {
                later.append(further)
                next.append(further)
            }
        }
        _ = try take(
            later.reversed().map { state.document.setting(path, to: $0) }, "\(workload) comes in later")
    }

    /// All at once; where that is another failure, or none, each topic with its reader.
    private mutating func leaveOutUnreached() throws {
        let unreached = state.document.unreachedTopics
        guard !unreached.isEmpty else { return }
        let parts = unreached.count > 1 ? unreached.map { [$0] } : []
        for part in [unreached] + parts where !isOver() {
            let document = part.reduce(state.document) { $0.removing(topic: $1) }
            guard document.text != state.document.text else { continue }
            _ = try take([document], "without \(part.joined(separator: " and "))")
        }
    }
}

extension ScenarioDocument {
    /// Topics that a stage reads and no workload's notifications come to, in the document's order.
    fileprivate var unreachedTopics: [String] {
        var reached: Set<String> = []
        var next = keys(at: ["workloads"]).compactMap { scalar(at: ["workloads", $0, "into"]) }
        while let topic = next.popLast() {
            if reached.insert(topic).inserted { next += topics(after: topic) }
        }
        return keys(at: ["topics"]).filter { !reached.contains($0) && !readers(of: $0).isEmpty }
    }

    fileprivate func readers(of topic: String) -> [String] {
        keys(at: ["stages"]).filter { scalar(at: ["stages", $0, "reads"]) == topic }
    }

    /// Those that the readers of one emit to.
    fileprivate func topics(after topic: String) -> [String] {
        readers(of: topic).flatMap { stage in
            keys(at: ["stages", stage, "steps"]).compactMap { place in
                let emit = ["stages", stage, "steps", place, "emit"]
                return scalar(at: emit) ?? scalar(at: emit + ["to"])
            }
        }
    }

    fileprivate func removing(topic: String) -> ScenarioDocument {
        readers(of: topic).reduce(removing(["topics", topic])) { $0.removing(["stages", $1]) }
    }
}
