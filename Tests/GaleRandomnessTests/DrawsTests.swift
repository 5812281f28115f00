// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleStatistics
import Testing

@Suite("Keyed draws")
struct DrawsTests {
    private static let purpose = Purpose(layer: .call, id: 1)

    @Test("are pinned by golden vectors")
    func golden() {
        #expect(Draws.layoutVersion == 1)
        let draws = Draws(seed: 1)
        #expect(draws.uniform(Purpose(layer: .recipient, id: 0), 0, 0) == 0xB32B_39D3_F784_C41A)
        #expect(draws.uniform(Purpose(layer: .weather, id: 7), 3, 1000) == 0xED5E_CEDF_EB02_29B2)
        #expect(draws.uniform(Purpose(layer: .call, id: 0xFFFF), .max, .max) == 0xF818_1FCC_02D6_675F)
        #expect(Draws(seed: .max).uniform(Purpose(layer: .workload, id: 1), 12_000_000_000, 2) == 0x7FD8_8274_E7D3_9AE2)
        #expect(Purpose(layer: .exploration, id: 2).rawValue == 0x000B_0002)
    }

    @Test("depend on nothing but seed and key")
    func pure() {
        let draws = Draws(seed: 9)
        let first = draws.uniform(Self.purpose, 5, 6)
        _ = draws.uniform(Self.purpose, 6, 6)
        #expect(draws.uniform(Self.purpose, 5, 6) == first)
        #expect(Draws(seed: 9).uniform(Self.purpose, 5, 6) == first)
    }

    /// Where the bits of a key come from, for the tests that flip one.
    enum Part: CaseIterable {
        case seed, a, b, id
    }

    private static func draw(_ part: Part, _ word: UInt64, _ other: UInt64) -> UInt64 {
        switch part {
        case .seed: Draws(seed: word).uniform(purpose, other, 1)
        case .a: Draws(seed: 3).uniform(purpose, word, other)
        case .b: Draws(seed: 3).uniform(purpose, other, word)
        case .id: Draws(seed: 3).uniform(Purpose(layer: .call, id: UInt16(truncatingIfNeeded: word)), other)
        }
    }

    @Test(
        "flip every output bit half the time when any one bit of seed, purpose, a or b is flipped",
        arguments: Part.allCases)
    func avalanche(_ part: Part) {
        let trials = 1000
        for bit in 0..<(part == .id ? 16 : 64) {
            var flips = [Int](repeating: 0, count: 64)
            for trial in 0..<trials {
                // Small counters, as the keys of a run are.
                let word = UInt64(trial)
                let other = UInt64(trial % 7)
                let change = Self.draw(part, word, other) ^ Self.draw(part, word ^ 1 << UInt64(bit), other)
                for output in 0..<64 { flips[output] += Int(change >> UInt64(output) & 1) }
            }
            // 64 × 64 tests at 5.5 standard deviations: one false alarm in some thousand keys, and the keys are fixed.
            let deviation = (Double(trials) / 4).squareRoot()
            for count in flips { #expect((Double(count) - Double(trials) / 2).magnitude < 5.5 * deviation) }
        }
    }

    /// Keys as runs use them: counters in one word, in both, in the high half, by purpose and by seed.
    private static let sequences: [(name: String, draw: @Sendable (UInt64) -> UInt64)] = [
        ("a", { Draws(seed: 1).uniform(purpose, $0) }),
        ("b", { Draws(seed: 1).uniform(purpose, 17, $0) }),
        ("a = b", { Draws(seed: 1).uniform(purpose, $0, $0) }),
        ("a high", { Draws(seed: 1).uniform(purpose, $0 << 40, 3) }),
        ("b high", { Draws(seed: 1).uniform(purpose, 3, $0 << 40) }),
        ("a fast, b slow", { Draws(seed: 1).uniform(purpose, $0 % 256, $0 / 256) }),
        ("purpose", { Draws(seed: 1).uniform(Purpose(layer: .stage, id: UInt16($0 & 0xFFFF)), $0 >> 16) }),
        ("seed", { Draws(seed: $0).uniform(purpose, 1, 1) }),
    ]

    @Test("fill every byte evenly over counters of every kind", arguments: 0..<8)
    func chiSquared(_ index: Int) {
        let sequence = Self.sequences[index]
        for byte: UInt64 in 0..<8 {
            var counts = [Int](repeating: 0, count: 256)
            for key: UInt64 in 0..<65536 { counts[Int(sequence.draw(key) >> (8 * byte) & 255)] += 1 }
            let test = ChiSquaredTest(observed: counts, expected: [Double](repeating: 256, count: 256))
            // Both ends: too even is as suspect as too uneven.
            #expect(test.probability > 1e-5 && test.probability < 1 - 1e-5, "\(sequence.name), byte \(byte)")
        }
    }

    @Test("do not tell the next draw of a counter", arguments: 0..<8)
    func serialPairs(_ index: Int) {
        let sequence = Self.sequences[index]
        var counts = [Int](repeating: 0, count: 64 * 64)
        var last = sequence.draw(0)
        for key: UInt64 in 1...65536 {
            let next = sequence.draw(key)
            counts[Int((last >> 58) * 64 + (next >> 58))] += 1
            last = next
        }
        let test = ChiSquaredTest(observed: counts, expected: [Double](repeating: 16, count: 4096))
        #expect(test.probability > 1e-5 && test.probability < 1 - 1e-5, "\(sequence.name)")
    }

    @Test("of different seeds, purposes and swapped words are not correlated")
    func crossKeys() {
        let draws = Draws(seed: 5)
        let pairs: [(@Sendable (UInt64) -> UInt64, @Sendable (UInt64) -> UInt64)] = [
            ({ Draws(seed: 5).uniform(Self.purpose, $0) }, { Draws(seed: 6).uniform(Self.purpose, $0) }),
            ({ draws.uniform(Self.purpose, $0) }, { draws.uniform(Purpose(layer: .call, id: 2), $0) }),
            ({ draws.uniform(Self.purpose, $0) }, { draws.uniform(Purpose(layer: .store, id: 1), $0) }),
            ({ draws.uniform(Self.purpose, $0, 9) }, { draws.uniform(Self.purpose, 9, $0) }),
            ({ draws.uniform(Self.purpose, $0, 1) }, { draws.uniform(Self.purpose, $0, 2) }),
            ({ draws.uniform(Self.purpose, $0) }, { draws.uniform(Self.purpose, $0 << 32) }),
        ]
        let count = 50_000
        for (index, pair) in pairs.enumerated() {
            var sum = 0.0
            for key in 1...UInt64(count) {
                sum += (Double(pair.0(key)) * 0x1p-64 - 0.5) * (Double(pair.1(key)) * 0x1p-64 - 0.5)
            }
            // The products have variance 1/144.
            let correlation = sum / Double(count) * 12
            #expect(correlation.magnitude < 4.5 / Double(count).squareRoot(), "pair \(index)")
        }
    }

    @Test("never collide over half a million keys of mixed shapes")
    func collisions() {
        var values: [UInt64] = []
        for sequence in Self.sequences {
            for key: UInt64 in 1...60_000 { values.append(sequence.draw(key + 100_000)) }
        }
        values.sort()
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 != $1 })
    }

    @Test("can be imposed by key, and only that key changes")
    func overrides() {
        let draws = Draws(seed: 1)
        let other = Purpose(layer: .weather, id: 1)
        let bent = draws.overriding([
            DrawOverride(other, 4, 5, value: 1), DrawOverride(Self.purpose, 10, 2, value: 42),
            DrawOverride(Self.purpose, 10, 1, value: 7), DrawOverride(Self.purpose, 10, 2, value: 43),
        ])
        #expect(bent.uniform(Self.purpose, 10, 2) == 43)
        #expect(bent.uniform(Self.purpose, 10, 1) == 7)
        #expect(bent.uniform(other, 4, 5) == 1)
        for a: UInt64 in 0..<50 {
            for b: UInt64 in 3..<10 where (a, b) != (4, 5) {
                #expect(bent.uniform(Self.purpose, a, b) == draws.uniform(Self.purpose, a, b))
                #expect(bent.uniform(other, a, b) == draws.uniform(other, a, b))
            }
        }
        let straight = bent.overriding([])
        #expect(straight.uniform(Self.purpose, 10, 2) == draws.uniform(Self.purpose, 10, 2))
    }
}
