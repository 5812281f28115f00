// SPDX-License-Identifier: GPL-3.0-or-later
import GaleReporting
import Testing

@Suite("Figures as a person reads them")
struct FigureTests {
    @Test("Counts are grouped by thousands")
    func counts() {
        #expect(Figure.count(0) == "0")
        #expect(Figure.count(999) == "999")
        #expect(Figure.count(1000) == "1,000")
        #expect(Figure.count(-1_234_567) == "−1,234,567")
        #expect(Figure.count(UInt64.max) == "18,446,744,073,709,551,615")
    }

    @Test("Seconds choose their unit, and keep three digits")
    func seconds() {
        let expected: [(Double?, String)] = [
            (nil, "–"), (0, "0 s"), (1e-9, "1 ns"), (0.000_012_34, "12.3 µs"), (0.34, "340 ms"), (0.9996, "1 s"),
            (0.999_4, "999 ms"), (1.214, "1.21 s"), (59.96, "60 s"), (150, "2.5 min"), (86_400, "24 h"),
            (.infinity, "inf"),
        ]
        for (value, text) in expected { #expect(Figure.seconds(value) == text) }
    }

    @Test("Stretches of simulated time are put together from hours, minutes and seconds")
    func stretches() {
        #expect(Figure.stretch(0) == "0 s")
        #expect(Figure.stretch(0.5) == "0.5 s")
        #expect(Figure.stretch(60) == "1 min")
        #expect(Figure.stretch(150) == "2 min 30 s")
        #expect(Figure.stretch(3661.25) == "1 h 1 min 1.25 s")
    }

    @Test("A share that is not everything never reads as everything")
    func shares() {
        #expect(Figure.share(1, of: 0) == "–")
        #expect(Figure.share(1, of: 1) == "100 %")
        #expect(Figure.share(999_999, of: 1_000_000) == "> 99.99 %")
        #expect(Figure.share(123, of: 1_000_000) == "0.0123 %")
        #expect(Figure.share(0, of: 5) == "0 %")
    }

    @Test("Large numbers are shortened, small ones are not")
    func shortened() {
        #expect(Figure.short(99_999) == "99,999")
        #expect(Figure.short(123_456) == "123 k")
        #expect(Figure.short(43_240_000) == "43.2 M")
        #expect(Figure.short(12e9) == "12 bn")
        #expect(Figure.short(.infinity) == "inf")
    }

    @Test("Digits left of the point are never rounded away")
    func significantDigits() {
        #expect(Figure.significant(123_456.7) == "123457")
        #expect(Figure.significant(0.001_234_5) == "0.00123")
        #expect(Figure.significant(100) == "100")
        #expect(Figure.significant(0) == "0")
    }
}
