// SPDX-License-Identifier: Apache-2.0

/// What a loopback server has seen: the provider's side of the truth.
public struct ServerBooks: Sendable {
    public internal(set) var connections = 0
    public internal(set) var requests = 0
    /// Notifications that it took, by their key.
    public internal(set) var accepted: [UInt64: Int] = [:]
    /// Answers by status; 0: the stream was reset.
    public internal(set) var answers: [UInt16: Int] = [:]
    /// Requests that it never answered.
    public internal(set) var silences = 0
    public internal(set) var mostStreams = 0

    /// Notifications that it took more than once.
    public var duplicates: Int { accepted.values.count { $0 > 1 } }
}
