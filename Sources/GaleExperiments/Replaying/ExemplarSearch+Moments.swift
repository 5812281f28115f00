// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// What no message shows, but a moment does.
extension ExemplarSearch {
    func backlog(_ topic: Int, _ selection: Selection, _ when: String) -> Exemplar? {
        let slot = world.source.slot.nanoseconds
        let watch = RiseWatch { world in
            selection.slots.contains(Int(world.now.nanoseconds / slot)) ? world.waiting(topic: topic) : 0
        }
        observe(watch)
        return watch.highest.map {
            let name = specification.topics[topic].name
            return Exemplar(
                subject: .moment($0.time),
                why: "no single message shows it; this is when the backlog of \(name) was largest\(when): \($0.value)")
        }
    }

    /// The slot with the fewest deliveries, or with the most.
    func throughput(isTooMuch: Bool, _ selection: Selection) -> Exemplar? {
        let slot = world.source.slot
        let load = Selection.startedSlots(in: specification.duration, slot)
        let delivered = selection.slots.clamped(to: 0..<max(0, load)).map { place in
            (place, Channel.allCases.reduce(0) { $0 + world.source.throughput(channel: Int($1.rawValue), slot: place) })
        }
        guard let most = delivered.map(\.1).max(), let fewest = delivered.map(\.1).min() else { return nil }
        let wanted = isTooMuch ? most : fewest
        guard let place = delivered.first(where: { $0.1 == wanted })?.0 else { return nil }
        return Exemplar(
            subject: .moment((slot * Int64(place)).nanoseconds),
            why: "no single message shows it; here begins the \(slot) with the \(isTooMuch ? "most" : "fewest") "
                + "deliveries: \(wanted)")
    }

    /// The task that the first of them is about, or when it was.
    func jobs(_ entry: Expectation.JobEntry, _ stage: Int, isTooMuch: Bool) -> Exemplar? {
        let name = "\(entry.rawValue)(\(specification.stages[stage].name))"
        guard isTooMuch else {
            return Exemplar(
                subject: .moment(world.now.nanoseconds),
                why: "no message shows what did not happen; this is the end of the run")
        }
        let watch = watched(.first) { $0.source.jobs(stage: stage)?.count(of: entry) ?? 0 }
        guard let first = watch.rises.first else { return nil }
        if let found = among(cast([first]), [.subject], nil, nil, { !$0.isEmpty }) {
            return Exemplar(subject: .message(found), why: "the first that counts in \(name)")
        }
        return Exemplar(
            subject: .moment(first.time), why: "no single message shows it; this is when \(name) rose first")
    }
}
