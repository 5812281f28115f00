// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments
import Testing

@Suite struct ReadableTests {
    @Test(
        "times are written with three digits and the unit that fits",
        arguments: [
            (0.0, "0 s"), (0.34, "340 ms"), (1.2099, "1.21 s"), (0.9996, "1 s"), (59.94, "59.9 s"), (119.6, "1.99 min"),
            (3_600.0, "60 min"), (7_200.0, "2 h"), (2.5e-5, "25 µs"), (3e-9, "3 ns"),
        ])
    func time(seconds: Double, text: String) { #expect(Readable.time(seconds) == text) }

    @Test(
        "shares that aren't zero never read as zero",
        arguments: [(0.0, "0%"), (0.001, "0.1%"), (0.00000123, "0.000123%"), (1.0, "100%"), (0.3333, "33.3%")])
    func share(share: Double, text: String) { #expect(Readable.share(share) == text) }

    @Test(
        "counts have thousands apart",
        arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-12_345_678, "-12,345,678")])
    func count(count: Int, text: String) { #expect(Readable.count(Int64(count)) == text) }
}
