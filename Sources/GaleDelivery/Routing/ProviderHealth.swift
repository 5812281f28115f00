// SPDX-License-Identifier: Apache-2.0

/// The share of a provider's answers, lately, that were no failures of its own: an exponentially weighted mean in which the last
/// answer counts for a 32nd, so that some hundred answers are its memory (estimate: long enough that a single failure costs 3 %, short
/// enough that a brownout shows within a second of a busy replica).
///
/// Scope: a provider in one replica; nothing is kept elsewhere, a restart begins at full health.
struct ProviderHealth: BitwiseCopyable {
    /// Of `whole`.
    private(set) var share: UInt64 = whole

    static let whole: UInt64 = 1 << 20
    /// Nobody falls below a 64th (estimate): one that is never tried could never recover.
    static let least: UInt64 = whole / 64

    mutating func record(failure: Bool) {
        share -= share / 32
        if !failure { share += Self.whole / 32 }
        share = max(Self.least, min(share, Self.whole))
    }
}
