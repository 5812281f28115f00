// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleKernel
import GalePrimitives

/// A recorded run once more, in virtual time: the simulated host of the dispatcher meets the arrivals and answers of the log, and
/// must give out the same actions.
///
/// Nothing is handed in only because the log has it. An answer, a timer or a slot becomes an event of the kernel when the
/// dispatcher's own action asks for it; the log says what the world's part was: what the provider answered and when, how late a
/// timer was, which word was drawn. So a log is refused when an input in it was never asked for, when one that was asked for is
/// missing, and when any action differs.
public enum Replay {
    /// What a faithful log came to.
    public struct Outcome: Equatable, Sendable {
        public var inputs: Int
        public var actions: Int
        public var counters: DeliveryCounters
        /// Events that the kernel handled.
        public var events: UInt64
    }

    /// - Throws: the first difference.
    public static func run(
        _ log: RunLog, policy: Policy, providers: [ProviderDescription]
    ) throws(ReplayDifference) -> Outcome {
        let kernel = Kernel()
        let host = ReplayHost(log, policy: policy, providers: providers, kernel: kernel)
        if let last = log.entries.last { _ = kernel.run(until: last.at) }
        try host.finish()
        return Outcome(
            inputs: log.entries.count, actions: log.entries.reduce(0) { $0 + $1.actions.count },
            counters: host.dispatcher.counters, events: kernel.events)
    }
}
