// SPDX-License-Identifier: Apache-2.0

/// How far a consumer group is after a member has gone or come.
enum GroupPhase: UInt8, BitwiseCopyable {
    case stable
    /// A member's session has to expire, or it has just joined: nobody has been told yet.
    case disturbed
    case rebalancing
}
