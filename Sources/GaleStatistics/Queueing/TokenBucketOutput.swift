// SPDX-License-Identifier: GPL-3.0-or-later

/// What a token bucket that starts full makes of arrivals at equal distances, the first at time 0.
///
/// A bucket of rate b and burst B holds at most B tokens and gains b per second; an arrival takes one. One that finds none is turned
/// away (policing) or waits for its token in the order of arrival (shaping). Rates are per second and times in seconds.
public struct TokenBucketOutput: Equatable, Sendable {
    /// r, per second: arrivals at 0, 1/r, 2/r, …
    public let arrivalRate: Double
    /// b, tokens per second.
    public let tokenRate: Double
    /// B, tokens, at least 1.
    public let burst: Int

    /// - Throws: unless the rates are above 0 and the burst is at least 1.
    public init(arrivalRate: Double, tokenRate: Double, burst: Int) throws(QueueingError) {
        try QueueingError.requirePositive(arrivalRate, "arrival rate")
        try QueueingError.requirePositive(tokenRate, "token rate")
        try QueueingError.require(burst, atLeast: 1, "the burst")
        self.arrivalRate = arrivalRate
        self.tokenRate = tokenRate
        self.burst = burst
    }

    /// Policing: what is let through per second, once the burst is used up.
    ///
    /// The lower of both rates; but a bucket of one token throws away what comes in between two arrivals, and lets only every ⌈r/b⌉th
    /// through.
    public var longRunRate: Double {
        guard arrivalRate > tokenRate else { return arrivalRate }
        return burst == 1 ? arrivalRate / Double(arrivalsPerToken) : tokenRate
    }

    /// ⌈r/b⌉, less what rounding adds to a whole quotient.
    private var arrivalsPerToken: Int {
        Int(clamping: (arrivalRate / tokenRate * (1 - 0x1p-50)).rounded(.up))
    }

    /// Arrivals from time 0 to `seconds`, both included.
    public func arrivals(in seconds: Double) -> Int {
        seconds < 0 ? 0 : Int(clamping: min(0x1p62, seconds * arrivalRate)) + 1
    }

    /// Policing: how many of the first n arrivals are let through.
    ///
    /// All when r ≤ b. Otherwise a bucket of two or more tokens is never full again after the first arrival, so that no token is
    /// lost and every whole one is taken: min(n, ⌊B + b(n − 1)/r⌋). A bucket of one is full at each ⌈r/b⌉th arrival.
    public func letThrough(ofFirst n: Int) -> Int {
        guard n > 0, arrivalRate > tokenRate else { return max(0, n) }
        if burst == 1 { return (n - 1) / arrivalsPerToken + 1 }
        return min(n, Int(clamping: Double(burst) + tokenRate * Double(n - 1) / arrivalRate))
    }

    /// Policing: how many are let through from time 0 to `seconds`, both included.
    public func letThrough(in seconds: Double) -> Int {
        letThrough(ofFirst: arrivals(in: seconds))
    }

    /// Shaping: how long arrival `index` (from 0) waits for its token, seconds: max(0, (index + 1 − B)/b − index/r) when r > b.
    public func delay(ofArrival index: Int) -> Double {
        guard index >= 0, arrivalRate > tokenRate else { return 0 }
        return max(0, Double(index + 1 - burst) / tokenRate - Double(index) / arrivalRate)
    }

    /// Shaping: the mean wait of the first n arrivals, seconds; nil when n is not above 0.
    public func meanDelay(ofFirst n: Int) -> Double? {
        guard n > 0 else { return nil }
        guard arrivalRate > tokenRate else { return 0 }
        // From the first that waits on, delays rise by equal steps: their mean is that of the first and the last.
        let exact = Double(burst - 1) / (1 - tokenRate / arrivalRate)
        let first = min(n, Int(clamping: exact.rounded(.up)))
        guard first < n else { return 0 }
        return (delay(ofArrival: first) + delay(ofArrival: n - 1)) / 2 * Double(n - first) / Double(n)
    }
}

extension Int {
    /// The whole part of a number that is not negative, or the largest integer when it doesn't fit. What rounding alone took
    /// from a whole number (0.29 · 100) doesn't count.
    fileprivate init(clamping value: Double) {
        let lifted = value * (1 + 0x1p-51)
        self = lifted < 0x1p63 ? Int(lifted) : .max
    }
}
