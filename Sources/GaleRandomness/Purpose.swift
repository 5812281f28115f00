// SPDX-License-Identifier: Apache-2.0

/// What a draw is for: the part of its key that tells two questions about the same entity apart.
///
/// The raw value is `layer << 16 | id` and belongs to the key layout (`Draws.layoutVersion`): an id, once used, keeps its meaning.
@frozen public struct Purpose: Equatable, Hashable, Sendable {
    /// How long a draw stays the same, and whose question it answers.
    @frozen public enum Layer: UInt16, Sendable {
        /// Persistent facts about a recipient: device, mailbox, habits.
        case recipient = 1
        /// The state of a provider's world: provider × shard by time bucket.
        case weather = 2
        /// One call: a message at a provider, the nth call, the delivery count.
        case call = 3
        /// What is submitted and when: arrivals, channels, sizes, tenants.
        case workload = 4
        /// Choices of the code under test: jitter, weighted routes.
        case policy = 5
        /// Links: latency and loss of one transfer.
        case network = 6
        case broker = 7
        case store = 8
        /// Work inside a stage: compute times, fan-out.
        case stage = 9
        /// What faults pick: victims, moments.
        case fault = 10
        /// Random plans of exploration; no run draws from it.
        case exploration = 11
    }

    public let rawValue: UInt32

    @inlinable public init(layer: Layer, id: UInt16) {
        rawValue = UInt32(layer.rawValue) &<< 16 | UInt32(id)
    }
}
