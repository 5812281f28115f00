// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

extension WorldBuilder {
    /// A fault between a stage's delivery code and its host.
    func border(_ pair: Item.Pair, _ border: Item, _ index: Int, _ stage: StageSpecification) -> FaultEffect {
        let delivers = stage.steps.contains { if case .deliver = $0 { true } else { false } }
        if !delivers {
            diagnostics.error(
                "stage '\(stage.name)' has no 'deliver' step: there is no border of the delivery code",
                at: border.place)
        }
        for key in ["replica", "replicas", "pause", "objections", "channel"] {
            guard let other = pair.item[key] else { continue }
            diagnostics.error("a fault with 'border' has no '\(key)'", at: other.place)
        }
        let kind = BorderFault.Kind(rawValue: border.word ?? "") ?? .answersLost
        if pair.item["share"] == nil {
            diagnostics.error("'border' needs a 'share': how many of them", at: border.place, remedy: "write share: 5%")
        }
        if kind.takesDelay, pair.item.integer("delay", else: 0) == 0 {
            diagnostics.error("'\(kind.rawValue)' needs a 'delay'", at: border.place, remedy: "write delay: 2s")
        }
        if !kind.takesDelay, let delay = pair.item["delay"] {
            diagnostics.error("'\(kind.rawValue)' has no 'delay'", at: delay.place)
        }
        return .border(
            stage: index,
            BorderFault(
                kind, shareMicros: pair.item.integer("share", else: 1_000_000), delay: pair.item.interval("delay")))
    }
}
