// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether two numbers agree to a relative precision.
func agree(_ found: Double?, _ wanted: Double, within precision: Double = 1e-12) -> Bool {
    guard let found else { return false }
    return (found - wanted).magnitude <= precision * wanted.magnitude
}

/// The integral of a function from 0 to `end` by Simpson's rule on `panels` equal panels.
func integral(to end: Double, panels: Int = 4000, _ function: (Double) -> Double) -> Double {
    let width = end / Double(panels)
    var sum = 0.0
    for panel in 0..<panels {
        let left = Double(panel) * width
        sum += function(left) + 4 * function(left + width / 2) + function(left + width)
    }
    return sum * width / 6
}
