// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives
import Testing

@Suite struct ViolationLogTests {
    @Test("occurrences of one cause are one violation with a count, and the first one's message, time and words")
    func grouped() {
        let log = ViolationLog()
        for second in 1...3 {
            log.note(
                .timeToLive, message: UInt64(second), at: .zero + .seconds(Int64(second)), key: "policy standard",
                cause: "sent \(second) s late")
        }
        log.note(.timeToLive, message: 9, at: .zero + .seconds(9), key: "policy other", cause: "sent 9 s late")
        #expect(
            log.violations == [
                Violation(
                    .timeToLive, message: 1, at: .zero + .seconds(1), cause: "sent 1 s late",
                    causeKey: "ttl: policy standard", count: 3),
                Violation(
                    .timeToLive, message: 9, at: .zero + .seconds(9), cause: "sent 9 s late",
                    causeKey: "ttl: policy other"),
            ])
    }

    @Test("however many causes there are, a bounded number is kept, and every occurrence is counted")
    func bounded() {
        let log = ViolationLog()
        for number in 0..<1_000 {
            log.note(.ledger, message: nil, at: .zero, key: "cause \(number)", cause: "")
        }
        #expect(log.violations.count == 256)
        #expect(log.violations.reduce(0) { $0 + $1.count } == 1_000)
    }

    @Test("a message's name says its workload and number, and of a fan-out its place; it is read back")
    func names() {
        var specification = WorldSpecification(name: "names", duration: .seconds(1), drain: .zero, seed: 1)
        let rate = RateSpecification.constant(perSecondMicros: 1)
        specification.workloads = [
            WorkloadSpecification(name: "news", topic: 0, rate: rate),
            WorkloadSpecification(name: "campaign", topic: 0, rate: rate, fanOut: 1_000),
        ]
        for (text, identity) in [
            ("news/0", 0), ("news/123", 123 << 20), ("campaign/12/3", 1 << 56 | 12 << 20 | 3 as UInt64),
        ] {
            #expect(MessageName.text(identity, in: specification) == text)
            #expect(MessageName.identity(text, in: specification) == identity)
        }
        for text in ["news", "old/1", "news/x", "news/1/1", "campaign/1/1000", "news/68719476736", "news/1/2/3", ""] {
            #expect(MessageName.identity(text, in: specification) == nil, "\(text)")
        }
    }
}
