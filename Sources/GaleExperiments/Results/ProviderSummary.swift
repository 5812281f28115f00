// SPDX-License-Identifier: GPL-3.0-or-later

public struct ProviderSummary: Codable, Equatable, Sendable {
    public var attempts, accepted, errors, timeouts: Int64
    /// Answers by the provider's own words, as `503 ServiceUnavailable`.
    public var answers: [String: Int64]
    /// From sending an attempt to its answer.
    public var latency: LatencySummary
    /// What it was paid for what it took, in units of the currency of the policies' prices; nil: no policy has prices.
    public var spent: Double?

    public init(
        attempts: Int64, accepted: Int64, errors: Int64, timeouts: Int64, answers: [String: Int64],
        latency: LatencySummary, spent: Double? = nil
    ) {
        self.attempts = attempts
        self.accepted = accepted
        self.errors = errors
        self.timeouts = timeouts
        self.answers = answers
        self.latency = latency
        self.spent = spent
    }
}
