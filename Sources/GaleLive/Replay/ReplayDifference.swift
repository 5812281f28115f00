// SPDX-License-Identifier: Apache-2.0

/// Where a replay and its log part.
public struct ReplayDifference: Error, Equatable, CustomStringConvertible {
    /// The input at which they do, from 0.
    public var input: Int
    /// The action that differs, from 0; nil: it is the input itself.
    public var action: Int?
    public var problem: String

    public var description: String {
        let place = action.map { "input \(input), action \($0)" } ?? "input \(input)"
        return "\(place): \(problem)"
    }
}
