// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser

/// `20`: the seeds 1 to 20; `5..9`: those.
struct SeedRange: ExpressibleByArgument {
    var seeds: ClosedRange<UInt64>

    /// Beyond this a test is a campaign.
    static let most: UInt64 = 10_000

    init?(argument: String) {
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
        seeds = first...last
    }
}
