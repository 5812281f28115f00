// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

extension BreakerPolicy {
    /// What well-known software does by default, by name; everything can be changed afterwards.
    public enum Preset: String, CaseIterable, Sendable {
        /// resilience4j, `CircuitBreakerConfig.java`: half of the last 100 calls, 100 at least; open for 60 s, then 10 probes. Calls
        /// of more than 60 s are slow, and open it when all of them are.
        case resilience4j
        /// Polly v8, `CircuitBreakerConstants.cs`: a tenth of the calls of 30 s, 100 at least; open for 5 s, then a single probe
        /// (`CircuitStateController.cs`). How long calls take is not looked at.
        case polly
    }

    /// A preset's breaker; what its original has no word for is this type's default.
    public init(_ preset: Preset) {
        switch preset {
        case .resilience4j:
            self.init(
                failureRateMicros: 500_000, windowCalls: 100, open: .seconds(60), minimumCalls: 100, halfOpenProbes: 10,
                slowCallRateMicros: 1_000_000, slowCallDuration: .seconds(60))
        case .polly:
            self.init(
                failureRateMicros: 100_000, window: .seconds(30), open: .seconds(5), minimumCalls: 100,
                halfOpenProbes: 1)
        }
    }
}
