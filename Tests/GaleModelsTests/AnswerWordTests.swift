// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import Testing

/// What a record keeps of an answer's times.
struct AnswerWordTests {
    private static let day: Int64 = 86_400_000_000_000

    private func since(_ nanoseconds: Int64) -> Int64? {
        let said = ProviderResponse(status: 410, invalidSince: Instant(nanoseconds: nanoseconds))
        return AnswerWord.response(410, 0, AnswerWord.word(of: said)).invalidSince?.nanoseconds
    }

    @Test("since when an address is invalid is known to the millisecond for twelve days, and to the second for years")
    func stamps() {
        for days in [0, 1, 12, -12] as [Int64] {
            let at = days * Self.day + 123_000_000
            #expect(since(at) == at)
        }
        for days in [13, 24, 25, 50, 400, 3_650, -13, -25, -3_650] as [Int64] {
            let at = days * Self.day + 123_000_000
            let known = since(at) ?? .max
            #expect(known <= at && at - known < 1_024_000_000, "\(days) days")
        }
        #expect((since(20_000 * Self.day) ?? 0) > 12_000 * Self.day, "and beyond 34 years it stays there")
    }

    @Test("a Retry-After is rounded up to the millisecond")
    func retryAfter() {
        for (asked, kept) in [(0, 0), (1, 1_000_000), (1_000_000, 1_000_000), (Self.day, Self.day)] as [(Int64, Int64)]
        {
            let said = ProviderResponse(status: 429, retryAfter: Interval(nanoseconds: asked))
            #expect(AnswerWord.response(429, 0, AnswerWord.word(of: said)).retryAfter == Interval(nanoseconds: kept))
        }
        #expect(AnswerWord.response(429, 0, AnswerWord.word(of: ProviderResponse(status: 429))).retryAfter == nil)
    }
}
