// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Keeps the events of a stretch of a run, and how the world was just before a moment.
package final class EventLog: WorldObserver {
    /// Nanoseconds.
    package let stretch: ClosedRange<Int64>
    /// Stale events among them.
    package private(set) var lines: [EventLine] = []
    /// More than these are not kept.
    package let most: Int
    package private(set) var isFull = false
    /// How the world was before the first event at or after the moment.
    package private(set) var view: [(place: String, facts: [String])] = []
    private let moment: Int64?
    private var hasView = false

    package init(_ stretch: ClosedRange<Int64>, moment: Int64? = nil, most: Int = 2_000_000) {
        self.stretch = stretch
        self.moment = moment
        self.most = most
    }

    override package func willHandle(_ event: Event) {
        let time = event.time.nanoseconds
        if let moment, !hasView, time >= moment { look() }
        guard stretch.contains(time) else { return }
        guard lines.count < most else {
            isFull = true
            return
        }
        lines.append(line(event))
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        guard stretch.contains(event.time.nanoseconds), !isFull, !lines.isEmpty else { return }
        lines[lines.count - 1].entity = entity
    }

    /// To be called when the run is over: the moment may have come after the last event.
    package func finish() { if moment != nil, !hasView { look() } }

    private func look() {
        hasView = true
        view = world.view(through: self)
    }
}

extension World {
    /// What every part of the world is at, in words.
    func view(through observer: WorldObserver) -> [(place: String, facts: [String])] {
        var view = [("messages", ["\(submitted) submitted", "\(unsettled) not settled"])]
        let now = core.now.nanoseconds
        for fault in specification.faults
        where fault.at.nanoseconds <= now && now < (fault.at + fault.length).nanoseconds {
            view.append((fault.name, ["in force since \(fault.at)", "until \(fault.at + fault.length)"]))
        }
        for (place, topic) in specification.topics.enumerated() {
            view.append((topic.name, ["\(backlog(topic: place)) waiting"]))
        }
        for (place, stage) in parts.stages.enumerated() { view.append((stage.name, facts(stage, place, observer))) }
        for (place, provider) in specification.providers.enumerated() {
            let totals = measurements.provider(place)
            view.append(
                (
                    provider.name,
                    [
                        "\(totals.attempts) attempts so far", "\(totals.accepted) taken", "\(totals.errors) refused",
                        "\(totals.timeouts) without an answer in time",
                    ]
                ))
        }
        return view
    }

    private func facts(_ stage: Stage, _ place: Int, _ observer: WorldObserver) -> [String] {
        let state = stage.state
        if let pool = stage.pool { return ["\(pool.backlog) tasks ready", "\(state.pointee.inUse) in work"] }
        let replicas = 0..<state.pointee.replicaCount
        let down = replicas.count { !state.pointee.replicas[$0].isAlive }
        var facts = ["\(state.pointee.inUse) of \(replicas.count * state.pointee.concurrency) slots in use"]
        let buffered = replicas.reduce(0) { $0 + state.pointee.replicas[$1].buffered }
        let uncommitted = replicas.reduce(0) { $0 + state.pointee.replicas[$1].uncommitted }
        facts += ["\(buffered) fetched and not begun", "\(uncommitted) begun and not finished"]
        if down > 0 { facts.append("\(down) of \(replicas.count) replicas down") }
        let dispatchers = replicas.compactMap { observer.dispatcher(stage: place, replica: $0) }
        guard !dispatchers.isEmpty else { return facts }
        facts.append("\(dispatchers.reduce(0) { $0 + $1.waiting }) wait for an attempt")
        for (number, provider) in specification.providers.enumerated() {
            let states = dispatchers.map { $0.breakerState(ProviderIndex(rawValue: UInt16(number))) }
            let (open, half) = (states.count { $0 == .open }, states.count { $0 == .halfOpen })
            if open > 0 { facts.append("breaker of \(provider.name) open in \(open) of \(states.count) replicas") }
            if half > 0 { facts.append("breaker of \(provider.name) half open in \(half) of \(states.count) replicas") }
        }
        return facts
    }
}
