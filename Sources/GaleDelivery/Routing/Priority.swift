// SPDX-License-Identifier: Apache-2.0

/// How urgent a notification is. Novu calls `critical` what no preference or quiet time may hold back.
@frozen
public enum Priority: UInt8, CaseIterable, Sendable {
    case critical, high, normal, low

    /// The word for it.
    public var name: String {
        switch self {
        case .critical: "critical"
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }
}
