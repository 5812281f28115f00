// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleExperiments

/// `20`: the seeds 1 to 20; `5..9`: those; `commit`, `commit:20`: as many as it would be otherwise, or 20, from a commit's id.
struct SeedChoice: Equatable, Sendable {
    enum Kind: Equatable {
        case range(ClosedRange<UInt64>)
        /// nil: 20 for a theory, otherwise 1.
        case commit(count: Int?)
    }

    var kind: Kind

    /// Beyond this a test is a campaign.
    static let most: UInt64 = 10_000

    /// - Throws: `ValidationError`, which says what to write instead.
    init(_ text: String) throws {
        if text == "commit" {
            kind = .commit(count: nil)
        } else if text.hasPrefix("commit:") {
            kind = .commit(count: Int(try Self.count(text.dropFirst(7))))
        } else if text.contains(".") {
            kind = .range(try SeedRange.range(text, most: Self.most))
        } else {
            kind = .range(1...(try Self.count(text[...])))
        }
    }

    private static func count(_ text: Substring) throws -> UInt64 {
        guard let count = UInt64(text) else {
            throw ValidationError("expected a number of seeds, A..B, commit or commit:N, not '\(text)'")
        }
        guard (1...most).contains(count) else {
            throw ValidationError("expected 1 to \(Readable.count(Int64(most))) seeds, not \(text)")
        }
        return count
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
