// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What messages cost at each provider, and what may be spent.
///
/// An attempt is paid for when it is sent, and what a provider certainly did not take is paid back within the same period. Scope:
/// replica: a host gives each dispatcher its share. No store is asked, so none can fail; a restart forgets what was spent.
public struct MoneyPolicy: Equatable, Sendable {
    /// Millionths of a currency's unit that one message costs at a provider. Providers that aren't named are free.
    public struct Price: Equatable, Sendable {
        public var provider: ProviderIndex
        public var micros: Int64

        public init(provider: ProviderIndex, micros: Int64) {
            self.provider = provider
            self.micros = micros
        }
    }

    /// When an attempt costs more than what is left.
    public enum WhenUsedUp: String, CaseIterable, Sendable {
        /// The route's cheapest available provider goes on beyond the budget; the excess is counted.
        case cheapest
        /// Providers go on whose price fits into what is left; dearer ones do not. The budget holds.
        case onlyCheaper = "only-cheaper"
        /// Nothing that costs goes on until the next period. The budget holds.
        case none
    }

    public var prices: [Price]
    /// Millionths of the currency's unit to spend in a period; nil: prices only choose.
    public var budgetMicros: Int64?
    /// Periods follow each other from `Instant.zero` on, without regard to what was left. Default 24 h: estimate, budgets are daily.
    public var period: Interval
    public var whenUsedUp: WhenUsedUp

    public init(
        prices: [Price], budgetMicros: Int64? = nil, period: Interval = .hours(24),
        whenUsedUp: WhenUsedUp = .onlyCheaper
    ) {
        self.prices = prices
        self.budgetMicros = budgetMicros
        self.period = period
        self.whenUsedUp = whenUsedUp
    }
}
