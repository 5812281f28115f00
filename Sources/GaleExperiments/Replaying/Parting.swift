// SPDX-License-Identifier: GPL-3.0-or-later

/// Where two runs part: the last thing that both did, and the first that only one of them did.
public struct Parting: Codable, Equatable, Sendable {
    /// What the two runs are called.
    public var first, second: String
    /// The last checkpoint that both have; 0: the beginning. Nanoseconds.
    public var together: Int64
    /// The first that they don't have in common.
    public var apart: Int64
    /// Events since `together` that both have, and that count.
    public var eventsInCommon: Int
    /// The last events that both have.
    public var common: [Story.Step]
    /// What comes next in each; `nil`: the run can't be made again, there are only its checkpoints.
    public var firstNext: [Story.Step]
    public var secondNext: [Story.Step]?

    public init(
        first: String, second: String, together: Int64, apart: Int64, eventsInCommon: Int, common: [Story.Step],
        firstNext: [Story.Step], secondNext: [Story.Step]?
    ) {
        self.first = first
        self.second = second
        self.together = together
        self.apart = apart
        self.eventsInCommon = eventsInCommon
        self.common = common
        self.firstNext = firstNext
        self.secondNext = secondNext
    }
}
