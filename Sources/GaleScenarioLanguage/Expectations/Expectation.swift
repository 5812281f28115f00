// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One line of `expect:`, parsed and with every name resolved.
public struct Expectation: Equatable, Sendable {
    /// As the scenario writes it (a map form is written back as one line).
    public var text: String
    /// `file:line:column`; nil for an expectation that Gale adds itself.
    public var location: SourceLocation?
    public var condition: Condition

    public init(text: String, location: SourceLocation?, condition: Condition) {
        self.text = text
        self.location = location
        self.condition = condition
    }

    public enum Condition: Equatable, Sendable {
        /// `p99(push.latency) < 2s before brownout`
        case comparison(Comparison, Selector)
        /// `within 2min after brownout: A and B`
        case recovery(within: Interval, fault: Int, [Comparison])
    }

    /// Which messages count, by their intended send time; for `backlog` and `attempts`, by the clock.
    public enum Selector: Equatable, Sendable {
        case all
        case before(fault: Int)
        case during(fault: Int)
        case after(fault: Int)
    }

    public struct Comparison: Equatable, Sendable {
        public var metric: Metric
        public var comparator: Comparator
        public var bound: Bound

        public init(metric: Metric, comparator: Comparator, bound: Bound) {
            self.metric = metric
            self.comparator = comparator
            self.bound = bound
        }
    }

    public enum Comparator: String, CaseIterable, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case equal = "="
        case greaterOrEqual = ">="
        case greater = ">"
    }

    public enum Bound: Equatable, Sendable {
        case count(Int64)
        /// A share of what was submitted, in parts of one: `0.1%` is 0.001.
        case share(Double)
        case interval(Interval)
        case ratio(Double)
    }

    public enum Metric: Equatable, Sendable {
        /// `lost`, `undelivered`, `submitted`, …; of one channel: `push.undelivered`.
        case count(LedgerEntry, LatencySubject)
        case amplification
        case attempts(provider: Int?)
        /// Share of attempts at a provider that it answered with an error.
        case errors(provider: Int)
        /// `p99(push.latency)`: quantile in parts of one.
        case quantile(Double, LatencySubject)
        case mean(LatencySubject)
        case maximum(LatencySubject)
        /// Messages appended to a topic and not yet taken by its stage; the largest value in the window.
        case backlog(topic: Int)
        /// Delivered notifications per second; its bound is a `.ratio` in notifications per second.
        case throughput
        /// Deliveries after that of a later notification of the same recipient, over the whole run.
        case misordered
        /// What providers took, at the prices of the policies, over the whole run; its bound is a `.ratio` in units of the currency.
        case spent(provider: Int?)
        /// What became of the tasks of a stage that works, over the whole run.
        case jobs(JobEntry, stage: Int)
    }

    public enum JobEntry: String, CaseIterable, Sendable {
        /// Leases that ran out.
        case leasesLost = "leases-lost"
        /// Work that was finished by workers without the lease, and refused.
        case fenced
        /// Submissions refused because a live task had their unique key.
        case refused
        /// Attempts of tasks.
        case leases
    }

    public enum LedgerEntry: String, CaseIterable, Sendable {
        case submitted, delivered, late, expired, suppressed, shed, lost, duplicates, undelivered
        case deadLettered = "dead-lettered"
        case inFlight = "in-flight"
    }

    /// Whose latency: all channels, one channel (by `Channel.rawValue`), a stage, or a provider.
    public enum LatencySubject: Equatable, Sendable {
        case all
        case channel(Int)
        case stage(Int)
        case provider(Int)
    }
}

/// A place in a scenario file. Lines and columns count from 1.
public struct SourceLocation: Equatable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1; 0: the file as a whole, which could not be read.
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
