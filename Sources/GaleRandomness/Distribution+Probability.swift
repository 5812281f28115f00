// SPDX-License-Identifier: Apache-2.0

extension Distribution {
    /// The share of all draws whose sample is less than `value`: `sample` turned round, by bisection. For drawing it.
    public func probability(below value: Int64) -> Double {
        if sample(.max) < value { return 1 }
        // The least draw whose sample is not below the value.
        var low: UInt64 = 0
        var high = UInt64.max
        while low < high {
            let middle = low + (high - low) / 2
            if sample(middle) < value { low = middle + 1 } else { high = middle }
        }
        return Double(low) * 0x1p-64
    }
}
