// SPDX-License-Identifier: GPL-3.0-or-later

/// Inverts falling exceedance functions, which the queueing formulas give in closed form where their quantiles have none.
enum ExceedanceQuantile {
    /// The smallest time of which the exceedance is at most 1 − `p`, by bisection to the last bits.
    ///
    /// - Parameters:
    ///   - p: at least 0 and below 1; otherwise the answer is nil.
    ///   - scale: above 0, about as large as the answer; it only decides how fast the search is.
    ///   - exceedance: the probability of more than t; it does not rise and goes to 0.
    static func time(_ p: Double, scale: Double, exceedance: (Double) -> Double) -> Double? {
        guard p >= 0, p < 1 else { return nil }
        let wanted = 1 - p
        if exceedance(0) <= wanted { return 0 }
        var low = 0.0
        var high = scale
        while exceedance(high) > wanted, high < .greatestFiniteMagnitude / 2 {
            low = high
            high *= 2
        }
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if exceedance(middle) > wanted { low = middle } else { high = middle }
        }
        return high
    }
}
