// SPDX-License-Identifier: Apache-2.0
import GaleModels

/// What a run of a stored regression can reach, as its marks name it.
package enum RegressionMark {
    /// Of every run that tells anything: what there is to go by where nothing rarer happened.
    package static let submits = "notifications are submitted"
    package static let attempts = "attempts are made"

    package static func fault(_ name: String) -> String { "fault \(name) changes decisions" }
    package static func answer(_ provider: String, _ text: String) -> String { "\(provider) answers \(text)" }
    package static func noAnswer(_ provider: String) -> String { "\(provider) does not answer in time" }

    /// Rare situations that lead to failures; not what became of messages: a mended failure has another outcome.
    package static let situations = Coverage.items.filter {
        $0.group == .situation && ![Mark.lost.about, Mark.retracted.about].contains($0.name)
    }.map(\.name)

    /// All that runs of a world can have, answers with the status that they have as a rule.
    static func all(of world: WorldSpecification) -> [String] {
        let answers = world.providers.flatMap { provider in
            reasons(of: provider).map { answer(provider.name, $0) } + [noAnswer(provider.name)]
        }
        return world.faults.map { fault($0.name) } + answers + situations + [submits, attempts]
    }

    /// Whether runs of a world can have it: an answer may come with any status.
    static func isKnown(_ mark: String, in world: WorldSpecification) -> Bool {
        if all(of: world).contains(mark) { return true }
        return world.providers.contains { provider in
            let head = answer(provider.name, "")
            guard mark.hasPrefix(head) else { return false }
            let text = String(mark.dropFirst(head.count))
            let words = text.split(separator: " ", maxSplits: 1).map(String.init)
            let hasStatus = words.first.flatMap { UInt16($0) } != nil
            let reason = hasStatus ? words.dropFirst().first ?? "" : text
            return hasStatus && reason.isEmpty
                || !reason.isEmpty && reasons(of: provider).contains { $0 == reason || $0.hasSuffix(" " + reason) }
        }
    }

    private static func reasons(of provider: ProviderSpecification) -> [String] {
        Coverage.items.filter { $0.group == .answer && $0.dialect == provider.profile.dialect }.map(\.name)
    }
}
