// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// What a workload's messages have in common: each property of a message is drawn from its identity.
struct WorkloadTraits {
    var mix: ChannelMix
    var recipients: UInt64
    var tenants: ZipfTable
    var size: Distribution
    /// Notifications of one submission.
    var units: Int64
    var audience: Audience
}
