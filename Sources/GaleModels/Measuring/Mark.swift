// SPDX-License-Identifier: Apache-2.0

/// Rare situations of a run. Reaching one sets a bit, on a path that is rare itself; nothing else is kept.
public enum Mark: UInt8, CaseIterable, Sendable {
    case retracted
    case lost
    case diedAtWork
    case orphanAnswer
    case answeredTooLate
    case neverAnswered
    case overflowed
    case readAgain
    case rebalanced
    case reclaimed
    case leaderElected
    case leaderless
    case logCut
    case resent
    case producerBlocked
    case producerGaveUp

    public var about: String {
        switch self {
        case .retracted: "given up, and yet taken by a provider"
        case .lost: "lost: nobody can finish it any more"
        case .diedAtWork: "a worker died with work in hand"
        case .orphanAnswer: "an answer came for work that no longer was"
        case .answeredTooLate: "an answer came after its time-out"
        case .neverAnswered: "a request was never answered"
        case .overflowed: "a direct topic was full"
        case .readAgain: "a record was read again"
        case .rebalanced: "a consumer group rebalanced"
        case .reclaimed: "a static member took its partitions up again"
        case .leaderElected: "a partition got a new leader"
        case .leaderless: "a partition had no replica in sync to lead it"
        case .logCut: "a new leader's log was shorter, and records were cut off"
        case .resent: "a producer sent a batch again"
        case .producerBlocked: "a producer's buffer was full"
        case .producerGaveUp: "a producer gave a batch up"
        }
    }
}

extension Core {
    @inline(never)
    func mark(_ mark: Mark) { state.pointee.marks |= 1 &<< UInt64(mark.rawValue) }
}
