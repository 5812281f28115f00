// SPDX-License-Identifier: Apache-2.0

/// A limit on the rate of attempts at each provider that follows its throttling answers, as TCP CUBIC follows losses (AWS SDKs, retry
/// mode adaptive: `botocore/retries/adaptive.py` and `throttling.py`). An attempt beyond the rate waits.
///
/// Scope: a provider in one replica: each client finds its own share by the answers that it gets. No store is asked, so none can
/// fail; until the first throttling answer, and after a restart, nothing is limited.
public struct ClientRatePolicy: Equatable, Sendable {
    /// What is left of the rate after a throttling answer, in millionths, 0 to 1,000,000. Default 0.7 (`_BETA`).
    public var betaMicros: Int64
    /// How steeply the rate comes back, in millionths of a request per second and second cubed. Default 0.4 (`_SCALE_CONSTANT`).
    public var scaleMicros: Int64
    /// The weight of the last half second in the measured rate, in millionths, 0 to 1,000,000. Default 0.8 (`_DEFAULT_SMOOTHING`).
    public var smoothingMicros: Int64
    /// The least rate, in millionths of a request per second. Default 0.5 (`_MIN_RATE`).
    public var leastPerSecondMicros: Int64

    public init(
        betaMicros: Int64 = 700_000, scaleMicros: Int64 = 400_000, smoothingMicros: Int64 = 800_000,
        leastPerSecondMicros: Int64 = 500_000
    ) {
        self.betaMicros = betaMicros
        self.scaleMicros = scaleMicros
        self.smoothingMicros = smoothingMicros
        self.leastPerSecondMicros = leastPerSecondMicros
    }
}
