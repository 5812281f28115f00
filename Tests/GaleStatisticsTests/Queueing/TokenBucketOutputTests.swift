// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Token bucket output")
struct TokenBucketOutputTests {
    /// Arrivals, tokens and burst in whole numbers, so that the bucket can be played through exactly.
    private static let cases = [
        (3, 2, 1), (10, 3, 1), (6, 3, 1), (9, 8, 2), (10, 1, 5), (7, 5, 3), (1000, 999, 2), (5, 5, 1), (4, 9, 2),
        (13, 4, 40),
    ]

    @Test("what a bucket lets through is what playing it arrival by arrival does", arguments: cases)
    func policing(arrivals: Int, tokens: Int, burst: Int) throws {
        let output = try TokenBucketOutput(
            arrivalRate: Double(arrivals), tokenRate: Double(tokens), burst: burst)
        // In units of 1/r tokens: an arrival takes r, and b come between two arrivals.
        var level = burst * arrivals
        var through = 0
        for n in 1...3000 {
            if n > 1 { level = min(burst * arrivals, level + tokens) }
            if level >= arrivals {
                level -= arrivals
                through += 1
            }
            #expect(output.letThrough(ofFirst: n) == through)
        }
        let share = Double(through) / 3000
        #expect((share - output.longRunRate / Double(arrivals)).magnitude < (Double(burst) + 1) / 3000)
    }

    @Test("shaped arrivals leave one by one as their tokens come", arguments: cases)
    func shaping(arrivals: Int, tokens: Int, burst: Int) throws {
        let output = try TokenBucketOutput(
            arrivalRate: Double(arrivals), tokenRate: Double(tokens), burst: burst)
        // GCRA (ITU-T I.371) in units of 1/(r·b) seconds: a theoretical arrival time that falls behind by at most the burst.
        var theoretical = 0
        var sum = 0
        for index in 0..<2000 {
            let now = index * tokens
            let leaves = max(now, theoretical - (burst - 1) * arrivals)
            theoretical = max(leaves, theoretical) + arrivals
            sum += leaves - now
            let delay = Double(leaves - now) / Double(arrivals * tokens)
            #expect((output.delay(ofArrival: index) - delay).magnitude < 1e-9)
            let mean = Double(sum) / Double(arrivals * tokens) / Double(index + 1)
            #expect((try #require(output.meanDelay(ofFirst: index + 1)) - mean).magnitude < 1e-9)
        }
    }

    @Test("arrivals are counted with both ends, without what rounding takes from a whole number")
    func counting() throws {
        let output = try TokenBucketOutput(arrivalRate: 100, tokenRate: 10, burst: 5)
        #expect(output.arrivals(in: 0) == 1)
        #expect(output.arrivals(in: 0.29) == 30)
        #expect(output.arrivals(in: -1) == 0)
        // 1,001 arrivals in 10 s: the burst and 10 per second.
        #expect(output.letThrough(in: 10) == 105)
        #expect(output.letThrough(ofFirst: 0) == 0)
        #expect(output.delay(ofArrival: -1) == 0)
        #expect(output.meanDelay(ofFirst: 0) == nil)
    }

    @Test("a bucket that never holds a token is an error")
    func errors() {
        #expect(throws: QueueingError.self) { try TokenBucketOutput(arrivalRate: 1, tokenRate: 1, burst: 0) }
        #expect(throws: QueueingError.self) { try TokenBucketOutput(arrivalRate: 1, tokenRate: 0, burst: 1) }
    }
}
