// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// What a live host has counted.
public struct LiveBooks: Sendable {
    /// Dead letters that are kept to be looked at.
    public static let mostDeadLetters = 10_000

    public internal(set) var submitted = 0
    public internal(set) var attempts = 0
    public internal(set) var cancelled = 0
    public internal(set) var timeouts = 0
    /// Attempts that the transport failed, or that never left.
    public internal(set) var transportFailures = 0
    /// Notifications that came back through the retry topic.
    public internal(set) var requeued = 0
    /// By `WaitReason`.
    private var waits = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    /// By `Outcome`.
    public private(set) var outcomes = [Int](repeating: 0, count: Outcome.allCases.count)
    /// The first of them.
    public private(set) var deadLetters: [Notification] = []

    public subscript(outcome: Outcome) -> Int { outcomes[Int(outcome.rawValue)] }
    public subscript(reason: WaitReason) -> Int { waits[Int(reason.rawValue)] }
    public var settled: Int { outcomes.reduce(0, +) }

    /// Attempts over notifications that needed one.
    public var amplification: Double {
        let needed = settled - self[.duplicate]
        return needed > 0 ? Double(attempts) / Double(needed) : 0
    }

    mutating func count(_ reason: WaitReason) { waits[Int(reason.rawValue)] += 1 }

    mutating func count(_ response: ProviderResponse) {
        if response == .timedOut { timeouts += 1 } else if response.status == 0 { transportFailures += 1 }
    }

    mutating func settle(_ notification: Notification, _ outcome: Outcome) {
        outcomes[Int(outcome.rawValue)] += 1
        if outcome == .deadLettered, deadLetters.count < Self.mostDeadLetters { deadLetters.append(notification) }
    }
}
