// SPDX-License-Identifier: Apache-2.0

extension Expectation.Comparison {
    /// Whether it always (true) or never (false) holds, whatever comes out; nil: that depends on the run.
    ///
    /// Nothing measured is negative, and shares of what was submitted, or of attempts, are 100 % at most; only of duplicates there may
    /// be more than messages.
    var foregone: Bool? {
        if comparator == .greaterOrEqual, bound.isZero { return true }
        guard case .share(let share) = bound, isPart else { return nil }
        switch comparator {
        case .less: return share > 1 ? true : nil
        case .lessOrEqual: return share >= 1 ? true : nil
        case .equal, .greaterOrEqual: return share > 1 ? false : nil
        case .greater: return share >= 1 ? false : nil
        }
    }

    private var isPart: Bool {
        switch metric {
        case .count(.duplicates, _): false
        case .count, .errors: true
        default: false
        }
    }
}

extension Expectation.Comparison {
    /// Of messages by the time at which they were to be sent: without any it is not measured.
    var needsLoad: Bool {
        switch metric {
        case .quantile(_, .all), .quantile(_, .channel), .mean(.all), .mean(.channel), .maximum(.all),
            .maximum(.channel),
            .throughput:
            true
        default: false
        }
    }
}
