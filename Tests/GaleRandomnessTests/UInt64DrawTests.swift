// SPDX-License-Identifier: Apache-2.0
import GaleRandomness
import Testing

@Suite("A draw as a choice")
struct UInt64DrawTests {
    @Test("stays below n and reaches both ends")
    func below() {
        for n: UInt64 in [1, 2, 3, 10, 1_000_000, .max] {
            #expect(UInt64(0).below(n) == 0)
            #expect(UInt64.max.below(n) == n - 1)
        }
        #expect(UInt64(12345).below(0) == 0)
        #expect((UInt64(1) << 63).below(10) == 5)
    }

    @Test("happens with the probability asked for, and with the same draw at every greater one")
    func micros() {
        #expect(!UInt64(0).isBelow(micros: 0))
        #expect(!UInt64(0).isBelow(micros: -5))
        #expect(UInt64.max.isBelow(micros: 1_000_000))
        let draws = Draws(seed: 1)
        var happened = 0
        for key: UInt64 in 0..<100_000 {
            let u = draws.uniform(Purpose(layer: .call, id: 0), key)
            if u.isBelow(micros: 30_000) {
                happened += 1
                #expect(u.isBelow(micros: 30_001))
            }
        }
        #expect((2800...3200).contains(happened))
    }
}
