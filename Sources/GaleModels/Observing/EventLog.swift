// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// Keeps the events of a stretch of a run, and how the world was just before a moment.
package final class EventLog: WorldObserver {
    /// Nanoseconds.
    package let stretch: ClosedRange<Int64>
    /// Events of the stretch that count: not the stale ones.
    package private(set) var count = 0
    /// Events kept on each side of the moment: the nearest ones.
    package let most: Int
    /// How the world was before the first event at or after the moment.
    package private(set) var view: [(place: String, facts: [String])] = []
    private let moment: Int64?
    private var hasView = false
    /// The last ones before the moment, as a ring, and the first ones from it on. Without a moment all are after it.
    private var before: [EventLine] = []
    private var oldest = 0
    private var after: [EventLine] = []
    /// The event that is being handled.
    private var current: EventLine?

    /// - Parameter skipping: so many of the events that count are not kept.
    package init(_ stretch: ClosedRange<Int64>, moment: Int64? = nil, skipping: Int = 0, most: Int) {
        self.stretch = stretch
        self.moment = moment
        self.skipping = skipping
        self.most = most
    }

    private let skipping: Int

    /// What was kept, in order.
    package var lines: [EventLine] { before[oldest...] + before[..<oldest] + after }

    override package func willHandle(_ event: Event) {
        let time = event.time.nanoseconds
        if let moment, !hasView, time >= moment { look() }
        // What it is about has to be asked before it is handled.
        current = stretch.contains(time) && (isBefore(time) || after.count < most) ? line(event) : nil
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        guard stretch.contains(event.time.nanoseconds), entity != Component.void else { return }
        count += 1
        guard var line = current, count > skipping else { return }
        line.entity = entity
        if !isBefore(line.time) {
            after.append(line)
        } else if before.count < most {
            before.append(line)
        } else if most > 0 {
            before[oldest] = line
            oldest = (oldest + 1) % most
        }
    }

    private func isBefore(_ time: Int64) -> Bool { moment.map { time < $0 } ?? false }

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
