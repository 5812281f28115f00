// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleRandomness

/// Where the notifications of a run come from: the scenario's rate, with the law of arrivals of the models.
final class LiveSource {
    private let scenario: LiveScenario
    private let most: Int
    private let draws: Draws
    private let unit = UnitExponential()
    private var curve: RateCurve
    private var next: Instant?
    private(set) var count = 0

    /// - Parameter most: notifications in all.
    init(_ scenario: LiveScenario, most: Int, draws: Draws) {
        self.scenario = scenario
        self.most = most
        self.draws = draws
        curve = RateCurve(scenario.rate, end: scenario.duration)
        advance()
    }

    deinit { curve.deallocate() }

    /// There will be no more.
    var isEmpty: Bool { next == nil || count >= most }

    /// The next one that is due by `now`.
    func take(by now: Instant) -> Notification? {
        guard !isEmpty, let created = next, created <= now else { return nil }
        count += 1
        advance()
        let number = UInt64(count)
        let recipient = draws.uniform(.liveRecipient, number).below(UInt64(max(1, scenario.recipients)))
        return Notification(
            reference: number, key: number, recipient: recipient, tenant: 0, channel: .push, platform: .ios,
            created: created, expires: created + scenario.timeToLive)
    }

    private func advance() {
        switch scenario.arrivals {
        case .poisson:
            next = curve.advance(by: Double(unit.sample(draws.uniform(.liveArrival, UInt64(count)))) * 0x1p-32)
        case .uniform: next = curve.advance(by: count == 0 ? 0.5 : 1)
        }
    }
}

extension Purpose {
    /// a: the notification's number. Who gets it.
    fileprivate static var liveRecipient: Purpose { Purpose(layer: .workload, id: 0x0200) }
    /// a: notifications so far. How long until the next.
    fileprivate static var liveArrival: Purpose { Purpose(layer: .workload, id: 0x0201) }
}
