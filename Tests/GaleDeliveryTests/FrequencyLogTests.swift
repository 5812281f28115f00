// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import Testing

struct FrequencyLogTests {
    @Test("so many a window, and each key once")
    func admits() {
        var log = FrequencyLog(limit: 2, window: .seconds(10))
        func admits(_ recipient: UInt64, _ key: UInt64, at second: Int64) -> Bool {
            log.admit(recipient: recipient, key: key, at: Instant(nanoseconds: second * 1_000_000_000))
        }
        #expect(admits(1, 1, at: 0))
        #expect(admits(1, 2, at: 5))
        #expect(!admits(1, 3, at: 9))
        #expect(admits(1, 2, at: 9), "the same notification again")
        #expect(admits(2, 4, at: 9))
        #expect(admits(1, 3, at: 10))
        #expect(!admits(1, 5, at: 14))
        #expect(admits(1, 5, at: 15))
        var never = FrequencyLog(limit: 0, window: .seconds(1))
        let isAdmitted = never.admit(recipient: 1, key: 1, at: .zero)
        #expect(!isAdmitted)
    }

    @Test("no window of any recipient ever holds more, and none holds back what it needn't", arguments: 1...25)
    func exact(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let limit = 1 + random.below(5)
        let window = Int64(1 + random.below(2_000))
        var log = FrequencyLog(limit: limit, window: Interval(nanoseconds: window))
        var admitted: [UInt64: [Int64]] = [:]
        var now: Int64 = 0
        for key in 0..<4_000 as Range<UInt64> {
            now += Int64(random.below(40))
            let recipient = UInt64(random.below(12))
            let recent = admitted[recipient, default: []].filter { now - $0 < window }
            let isAdmitted = log.admit(recipient: recipient, key: key, at: Instant(nanoseconds: now))
            #expect(isAdmitted == (recent.count < limit))
            if isAdmitted { admitted[recipient, default: []].append(now) }
        }
        let count = log.count
        let remembered = admitted.values.joined().count { now - $0 < window }
        #expect(count <= remembered, "what the window has left behind is forgotten")
    }
}
