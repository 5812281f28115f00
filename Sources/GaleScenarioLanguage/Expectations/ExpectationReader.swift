// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// Reads `expect:` and adds what every scenario expects that does not say otherwise.
struct ExpectationReader {
    let order: PipelineOrder
    let world: WorldSpecification
    let diagnostics: Diagnostics
    /// Every key and name of the scenario could be read; otherwise the world is none to be compared with.
    let isReadable: Bool

    func read(_ items: [Item]) -> [Expectation] {
        var own: [Expectation] = []
        for item in items {
            guard let expectation = expectation(item) else { continue }
            if let same = own.first(where: { $0.condition == expectation.condition }) {
                warnOfRepetition(same, at: item.place)
            } else {
                own.append(expectation)
            }
        }
        return own + Expectation.implied(beside: own, hasFaults: !world.faults.isEmpty)
    }

    private func warnOfRepetition(_ expectation: Expectation, at place: Place) {
        guard let first = expectation.location else { return }
        let line = first.file == place.location.file ? "line \(first.line)" : "\(first)"
        diagnostics.warning(
            "'\(expectation.text.shortened)' is expected in \(line) already, and counts once", at: place,
            remedy: "remove it here")
    }

    func expectation(_ item: Item) -> Expectation? {
        guard let text = item.word else { return nil }
        let working = world.stages.indices.filter {
            if case .work? = world.stages[$0].steps.first { true } else { false }
        }
        var parser = ExpectationParser(
            names: order.names, workingStages: Set(working),
            hasOrder: world.workloads.contains(where: \.isOrdered),
            hasPrices: world.policies.contains { !($0.policy.routing.money?.prices.isEmpty ?? true) })
        do throws(ExpectationParser.Mistake) {
            let condition = try parser.parse(text)
            if isReadable { check(condition, item) }
            let normal = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return Expectation(text: normal, location: item.place.location, condition: condition)
        } catch {
            if error.isOfScenario, !isReadable { return nil }
            diagnostics.error(
                error.message, at: item.place.within(error.offset), suggestion: error.suggestion, remedy: error.remedy)
            return nil
        }
    }

    /// A time that the run does not have is never measured, and so would always fail.
    private func check(_ condition: Expectation.Condition, _ item: Item) {
        let end = world.duration + world.drain
        // A duration that is wrong and a fault outside of the run have had their diagnostic.
        if world.duration == .zero
            || condition.faults.contains(where: { world.faults[$0].at + world.faults[$0].length > end })
        {
            return
        }
        switch condition {
        case .comparison(_, .before(let fault)) where world.faults[fault].at == .zero:
            diagnostics.error(
                "nothing comes before fault '\(world.faults[fault].name)', which begins at 0s", at: item.place,
                remedy: "let the fault begin later: --set faults.\(world.faults[fault].name).at=TIME")
        case .comparison(_, .during(let fault)) where world.faults[fault].at >= world.duration:
            diagnostics.error(
                "nothing is sent during fault '\(world.faults[fault].name)', which begins at \(world.faults[fault].at), after "
                    + "the load of \(world.duration)", at: item.place,
                remedy: longer(than: world.faults[fault].at + world.faults[fault].length)
                    + ", or let the fault begin earlier: --set faults.\(world.faults[fault].name).at=TIME")
        case .comparison(_, .after(let fault)) where faultEnd(fault) >= world.duration:
            diagnostics.error(
                "nothing is sent after fault '\(world.faults[fault].name)', which ends at \(faultEnd(fault)), after the load "
                    + "of \(world.duration)", at: item.place, remedy: longerOrEarlier(fault))
        case .recovery(_, let fault, _) where faultEnd(fault) >= end:
            diagnostics.error(
                "the run ends together with fault '\(world.faults[fault].name)', so nothing can recover",
                at: item.place,
                remedy: longerOrEarlier(fault))
        case .recovery(_, let fault, let clauses)
        where faultEnd(fault) >= world.duration && clauses.contains(where: \.needsLoad):
            diagnostics.error(
                "nothing is sent any more when fault '\(world.faults[fault].name)' ends, at \(faultEnd(fault)), after the "
                    + "load of \(world.duration): no recovery can be measured", at: item.place,
                remedy: longerOrEarlier(fault))
        default: return
        }
    }

    private func faultEnd(_ fault: Int) -> Interval { world.faults[fault].at + world.faults[fault].length }

    /// Recovery is judged over a trailing window of this length.
    private static let window = Interval.seconds(10)

    private func longer(than time: Interval) -> String {
        "offer load for longer: --duration \(time + Self.window), say"
    }

    private func longerOrEarlier(_ fault: Int) -> String {
        longer(than: faultEnd(fault))
            + "; or end the fault earlier: --set faults.\(world.faults[fault].name).for=TIME; or remove what is expected of it"
    }
}

extension Expectation.Condition {
    var comparisons: [Expectation.Comparison] {
        switch self {
        case .comparison(let comparison, _): [comparison]
        case .recovery(_, _, let comparisons): comparisons
        }
    }

    var faults: [Int] {
        switch self {
        case .comparison(_, .all): []
        case .comparison(_, .before(let fault)), .comparison(_, .during(let fault)), .comparison(_, .after(let fault)):
            [fault]
        case .recovery(_, let fault, _): [fault]
        }
    }

    func speaks(of entry: Expectation.LedgerEntry) -> Bool {
        comparisons.contains { comparison in
            if case .count(entry, _) = comparison.metric { return true }
            return false
        }
    }
}
