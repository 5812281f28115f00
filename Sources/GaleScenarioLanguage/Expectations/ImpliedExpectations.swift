// SPDX-License-Identifier: Apache-2.0

extension Expectation {
    /// What every scenario expects that says nothing of its own about it: `lost = 0`, and without faults `undelivered < 0.1%`.
    ///
    /// - Parameter own: what the scenario says.
    static func implied(beside own: [Expectation], hasFaults: Bool) -> [Expectation] {
        var implied: [Expectation] = []
        if !own.contains(where: { $0.condition.speaks(of: .lost) }) {
            implied.append(
                Expectation(
                    text: "lost = 0", location: nil,
                    condition: .comparison(
                        Comparison(metric: .count(.lost, .all), comparator: .equal, bound: .count(0)), .all)))
        }
        if !hasFaults, !own.contains(where: { $0.condition.speaks(of: .undelivered) }) {
            implied.append(
                Expectation(
                    text: "undelivered < 0.1%", location: nil,
                    condition: .comparison(
                        Comparison(metric: .count(.undelivered, .all), comparator: .less, bound: .share(0.001)), .all)))
        }
        return implied
    }
}

extension Scenario {
    /// What the scenario expects, and what it implies; the same of one that was read, which has that already.
    package var allExpectations: [Expectation] {
        expectations + Expectation.implied(beside: expectations, hasFaults: !specification.faults.isEmpty)
    }
}
