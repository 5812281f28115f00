// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Ejection of those equivalents of a route that do worse than the others (Envoy, `config.cluster.v3.OutlierDetection`;
/// gRFC A50). A *host* is here one of the equivalent providers of one route; routes with a single provider have nothing to
/// compare and nothing to send to instead, and are left alone.
///
/// A *failure* is what Envoy's HTTP 5xx and local-origin errors are: an answer that counts against the provider, no
/// answer, no connection; but not a refusal for our rate or our credentials.
///
/// Scope: one dispatcher, as Envoy's is one proxy. It needs no store.
public struct OutlierPolicy: Equatable, Sendable {
    /// Failures in a row that eject; 0: none do. Default 5.
    public var consecutive: Int
    /// The time between two sweeps, which judge rates and let hosts return. Default 10 s.
    public var interval: Interval
    /// The first ejection's length; the nth in short succession lasts n times as long. Default 30 s.
    public var ejection: Interval
    /// The longest ejection. Default 300 s, or `ejection` if that is longer.
    public var maximumEjection: Interval
    /// At most this share of the hosts is ejected at once, in millionths; but one always may be. Default 10 %.
    public var maximumEjectedMicros: Int64
    /// With less than this share of hosts left, ejections are passed over, in millionths (Envoy, `healthy_panic_threshold`).
    /// Default 50 %.
    public var panicMicros: Int64
    public var successRate: SuccessRate?
    public var failurePercentage: FailurePercentage?

    public init(
        consecutive: Int = 5, interval: Interval = .seconds(10), ejection: Interval = .seconds(30),
        maximumEjection: Interval = .seconds(300), maximumEjectedMicros: Int64 = 100_000, panicMicros: Int64 = 500_000,
        successRate: SuccessRate? = SuccessRate(), failurePercentage: FailurePercentage? = nil
    ) {
        self.consecutive = consecutive
        self.interval = interval
        self.ejection = ejection
        self.maximumEjection = maximumEjection
        self.maximumEjectedMicros = maximumEjectedMicros
        self.panicMicros = panicMicros
        self.successRate = successRate
        self.failurePercentage = failurePercentage
    }

    /// Ejects hosts whose success rate in an interval lies below mean − factor · standard deviation of all.
    public struct SuccessRate: Equatable, Sendable {
        /// Default 5.
        public var minimumHosts: Int
        /// Calls in an interval below which a host is neither judged nor counted. Default 100.
        public var minimumCalls: Int
        /// In thousandths. Default 1,900.
        public var factorThousandths: Int64

        public init(minimumHosts: Int = 5, minimumCalls: Int = 100, factorThousandths: Int64 = 1_900) {
            self.minimumHosts = minimumHosts
            self.minimumCalls = minimumCalls
            self.factorThousandths = factorThousandths
        }
    }

    /// Ejects hosts of whose calls in an interval at least this share failed. Off unless asked for, as in Envoy.
    public struct FailurePercentage: Equatable, Sendable {
        /// In millionths. Default 85 %.
        public var thresholdMicros: Int64
        /// Default 5.
        public var minimumHosts: Int
        /// Default 50.
        public var minimumCalls: Int

        public init(thresholdMicros: Int64 = 850_000, minimumHosts: Int = 5, minimumCalls: Int = 50) {
            self.thresholdMicros = thresholdMicros
            self.minimumHosts = minimumHosts
            self.minimumCalls = minimumCalls
        }
    }
}
