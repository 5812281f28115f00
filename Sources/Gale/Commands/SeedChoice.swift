// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments

/// `20`: the seeds 1 to 20; `5..9`: those; `commit`, `commit:20`: as many as it would be otherwise, or 20, from a commit's id.
struct SeedChoice: ExpressibleByArgument, Equatable {
    enum Kind: Equatable {
        case range(ClosedRange<UInt64>)
        /// nil: 20 for a theory, otherwise 1.
        case commit(count: Int?)
    }

    var kind: Kind

    /// Beyond this a test is a campaign.
    static let most: UInt64 = 10_000

    init?(argument: String) {
        if argument == "commit" {
            kind = .commit(count: nil)
            return
        }
        if argument.hasPrefix("commit:") {
            guard let count = UInt64(argument.dropFirst(7)), (1...Self.most).contains(count) else { return nil }
            kind = .commit(count: Int(count))
            return
        }
        let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
        let (first, last): (UInt64?, UInt64?)
        switch parts.count {
        case 1: (first, last) = (1, UInt64(parts[0]))
        case 3 where parts[1].isEmpty: (first, last) = (UInt64(parts[0]), UInt64(parts[2]))
        default: return nil
        }
        guard let first, let last, first <= last, last - first < Self.most, last <= UInt64(Int64.max) else {
            return nil
        }
        kind = .range(first...last)
    }

    var isOfCommit: Bool { if case .commit = kind { true } else { false } }

    /// - Parameter commit: is there where `isOfCommit`.
    func seeds(commit: CommitSeeds?, isTheory: Bool) -> [UInt64]? {
        switch kind {
        case .range(let range): Array(range)
        case .commit(let count): commit?.seeds(count ?? (isTheory ? 20 : 1))
        }
    }
}
