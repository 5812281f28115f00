// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The violations of one run, one entry for each cause. Observers write here; it is touched only when something is wrong.
package final class ViolationLog {
    /// In the order in which they were first seen.
    package private(set) var violations: [Violation] = []
    /// Place in `violations` by cause key; looked up, never walked.
    private var places: [String: Int] = [:]
    /// Different causes that are kept; what else goes wrong is counted with the last of them.
    private static let most = 256

    package init() {}

    /// - Parameters:
    ///   - key: what the cause is about, after the invariant's name.
    ///   - cause: asked for once a key.
    package func note(
        _ invariant: Invariant, message: UInt64?, other: UInt64? = nil, at instant: Instant,
        key: @autoclosure () -> String, cause: @autoclosure () -> String
    ) {
        let key = invariant.rawValue + ": " + key()
        if let place = places[key] {
            violations[place].count += 1
        } else if violations.count == Self.most {
            violations[Self.most - 1].count += 1
        } else {
            places[key] = violations.count
            violations.append(
                Violation(
                    invariant, message: message, other: other, at: instant, cause: cause(), causeKey: key))
        }
    }
}
