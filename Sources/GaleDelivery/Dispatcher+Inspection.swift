// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What the story of a message tells of its dispatcher. Nothing of this changes what the dispatcher does next.
extension Dispatcher {
    /// Retries that a provider's admission would let through at `now`, which is not before the last input; nil: it lets all through.
    package func retriesLeft(_ provider: ProviderIndex, at now: Instant) -> Int64? {
        precondition(Int(provider.rawValue) < core.state.pointee.providerCount)
        let gate = core.state.pointee.gates + core.gate(of: provider.rawValue)
        guard gate.pointee.kind.isMetered else { return nil }
        return gate.pointee.available(.other, at: now.nanoseconds)
    }

    /// The last notification that left a channel, and why.
    package var departure: Departure { core.state.pointee.departure }

    /// What is known of the notification of a key, if it is here.
    package func chain(ofKey key: UInt64) -> (attempts: Int, isWaiting: Bool)? {
        for slot in 0..<core.state.pointee.chains.extent {
            let chain = core.chain(slot)
            guard chain.pointee.key == key, chain.pointee.state != .free, chain.pointee.state != .gone else { continue }
            let isWaiting = [.backoff, .queued, .acquiring].contains(chain.pointee.state)
            return (Int(chain.pointee.attempts), isWaiting)
        }
        return nil
    }
}
