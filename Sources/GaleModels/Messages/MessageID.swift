// SPDX-License-Identifier: Apache-2.0

/// A notification's identity, the same in every run of a scenario whatever happens to it: its workload, its ordinal there,
/// and its place in a fan-out; all of them count from 0. `MessageName` is its text.
public struct MessageID: Hashable, Comparable, Sendable {
    /// Workload (8 bits), ordinal (36 bits), place in the fan-out (20 bits): the models' key for all that is drawn for it.
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - workload: the workload's place in the specification, below 256.
    ///   - ordinal: below 2³⁶.
    ///   - unit: below 2²⁰.
    public init(workload: Int, ordinal: UInt64, unit: UInt64 = 0) {
        rawValue = UInt64(workload) << 56 | (ordinal & Self.lastOrdinal) << 20 | unit & Self.lastUnit
    }

    /// Reads a name; nil: there is no such message.
    public init?(_ name: String, in specification: WorldSpecification) {
        guard let identity = MessageName.identity(name, in: specification) else { return nil }
        rawValue = identity
    }

    public var workload: Int { Int(rawValue >> 56) }
    public var ordinal: UInt64 { rawValue >> 20 & Self.lastOrdinal }
    public var unit: UInt64 { rawValue & Self.lastUnit }
    /// The submission that it is a part of: its own name, but for a fan-out.
    public var submission: MessageID { MessageID(rawValue: rawValue & ~Self.lastUnit) }

    public static let lastOrdinal: UInt64 = (1 << 36) - 1
    public static let lastUnit: UInt64 = (1 << 20) - 1

    public static func < (left: MessageID, right: MessageID) -> Bool { left.rawValue < right.rawValue }

    public func text(in specification: WorldSpecification) -> String { MessageName.text(rawValue, in: specification) }
}
