// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import Testing

@Suite("Fingerprint")
struct FingerprintTests {
    private func digest(_ words: [UInt64]) -> Digest128 {
        var fingerprint = Fingerprint()
        for word in words { fingerprint.absorb(word) }
        return fingerprint.digest
    }

    @Test("golden vectors hold: a digest is the same on every machine and in every version")
    func goldenVectors() {
        #expect("\(digest([]))" == "f68489c1b9452b57ad58fc6152849930")
        #expect("\(digest([0]))" == "1ceb02e093a4c056f63f011a968353cd")
        #expect("\(digest([1, 2, 3]))" == "7a303c37fad91b6957f710f7a8ff1d54")
        #expect("\(digest(Array(0..<1000)))" == "c80a1c49b40fac283a59683601d07257")
        var text = Fingerprint()
        text.absorb("delivery-pipeline")
        #expect("\(text.digest)" == "1f97c65eaa051cd6c3584df286734724")
        var sum = FingerprintSum()
        for word in 0..<1000 as Range<UInt64> { sum.add(digest([word])) }
        #expect("\(sum.digest)" == "81757ab8349c4532c4fbfa6e1d400822")
    }

    @Test("order, length and zero words matter")
    func orderMatters() {
        let streams: [[UInt64]] = [[], [0], [0, 0], [1], [1, 0], [0, 1], [1, 2, 3], [3, 2, 1], [1, 3, 2]]
        #expect(Set(streams.map(digest)).count == streams.count)
    }

    private func digestByTwos(_ words: [UInt64]) -> Digest128 {
        var fingerprint = Fingerprint()
        for first in stride(from: 0, to: words.count, by: 2) { fingerprint.absorb(words[first], words[first + 1]) }
        return fingerprint.digest
    }

    @Test("golden vectors of words by twos hold; their order, within a step as well, and number matter")
    func pairs() {
        #expect("\(digestByTwos([0, 0]))" == "e86550f1c4e75cc9c35f601f72967991")
        #expect("\(digestByTwos([1, 2]))" == "733650257791576da4256b3e0b27971c")
        #expect("\(digestByTwos(Array(0..<1000)))" == "a2d9ac77de8c6f756780c2f5b7fa409e")
        let streams: [[UInt64]] = [
            [], [0, 0], [0, 0, 0, 0], [1, 0], [0, 1], [1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1],
        ]
        let digests = Set(streams.map { digestByTwos($0) })
        #expect(digests.count == streams.count)
        #expect(digestByTwos([1, 2]) != digest([1, 2]))
    }

    @Test("of words by twos, one changed bit changes about half of the digest's bits as well", arguments: [0, 2, 6])
    func pairAvalanche(following: Int) {
        var changed = 0
        for bit in 0..<64 {
            for position in 0..<2 {
                var words: [UInt64] = [11, 22, 33, 44, 55, 66, 77, 88]
                let before = digestByTwos(Array(words.prefix(2 + following)))
                words[position] ^= 1 << UInt64(bit)
                let after = digestByTwos(Array(words.prefix(2 + following)))
                let bits = (before.high ^ after.high).nonzeroBitCount + (before.low ^ after.low).nonzeroBitCount
                #expect(bits > 24 && bits < 104)
                changed += bits
            }
        }
        let mean = Double(changed) / 128
        #expect(mean > 61 && mean < 67)
    }

    @Test("a change of one word is not undone by any change of the same word a step later")
    func pairsDontCancel() {
        for position in 0..<2 {
            var (digests, highs, lows) = (Set<Digest128>(), Set<UInt64>(), Set<UInt64>())
            for now in 0..<64 as Range<UInt64> {
                for later in 0..<64 as Range<UInt64> {
                    for kept in [0, 1] as [UInt64] {
                        var words = [kept, kept, kept, kept]
                        words[position] ^= 1 << now
                        words[2 + position] ^= 1 << later
                        let digest = digestByTwos(words)
                        digests.insert(digest)
                        highs.insert(digest.high)
                        lows.insert(digest.low)
                    }
                }
            }
            #expect(digests.count == 8192)
            #expect(highs.count == 8192 && lows.count == 8192)
        }
    }

    @Test("one changed bit changes about half of the digest's bits")
    func avalanche() {
        var changed = 0
        for bit in 0..<64 {
            for position in 0..<4 {
                var words: [UInt64] = [11, 22, 33, 44]
                let before = digest(words)
                words[position] ^= 1 << UInt64(bit)
                let after = digest(words)
                let bits = (before.high ^ after.high).nonzeroBitCount + (before.low ^ after.low).nonzeroBitCount
                #expect(bits > 24 && bits < 104)
                changed += bits
            }
        }
        let mean = Double(changed) / 256
        #expect(mean > 62 && mean < 66)
    }

    @Test("a hundred thousand short streams have as many digests, in either half as well")
    func distinct() {
        var (highs, lows) = (Set<UInt64>(), Set<UInt64>())
        for a in 0..<400 as Range<UInt64> {
            for b in 0..<250 as Range<UInt64> {
                let digest = digest([a, b])
                highs.insert(digest.high)
                lows.insert(digest.low)
            }
        }
        #expect(highs.count == 100_000)
        #expect(lows.count == 100_000)
    }

    @Test("a text's digest tells where it ends")
    func texts() {
        func digest(_ texts: String...) -> Digest128 {
            var fingerprint = Fingerprint()
            for text in texts { fingerprint.absorb(text) }
            return fingerprint.digest
        }
        #expect(digest("ab", "c") != digest("a", "bc"))
        #expect(digest("") != digest("", ""))
        #expect(digest("12345678") != digest("12345678\0"))
        #expect(digest("größe") == digest("größe"))
    }

    @Test("hexadecimal text has 32 digits")
    func hexadecimal() {
        #expect("\(Digest128(high: 0, low: 0xAB))" == String(repeating: "0", count: 30) + "ab")
        #expect("\(Digest128(high: .max, low: .max))" == String(repeating: "f", count: 32))
    }

    @Test("the sum doesn't depend on order or grouping, but on how often a digest occurs")
    func orderFree() {
        let digests = (0..<100 as Range<UInt64>).map { digest([$0]) }
        var (forward, backward, left, right) = (FingerprintSum(), FingerprintSum(), FingerprintSum(), FingerprintSum())
        for digest in digests { forward.add(digest) }
        for digest in digests.reversed() { backward.add(digest) }
        for digest in digests.prefix(37) { left.add(digest) }
        for digest in digests.dropFirst(37) { right.add(digest) }
        left.merge(right)
        #expect(forward == backward)
        #expect(forward == left)
        #expect(forward.digest == left.digest)
        #expect(left.count == 100)
        left.add(digests[0])
        #expect(left.digest != forward.digest)
        right.merge(FingerprintSum())
        #expect(right.count == 63)
    }
}
