// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GalePrimitives

/// One policy alone, as a dispatcher asks it for each message: what its decision costs without all the rest.
public struct PolicyModel: Benchmark {
    public enum Policy: String, CaseIterable, Sendable {
        case retry
        case breaker
        case breakerCalls = "breaker-calls"
        case tokenBucket = "token-bucket"
        case gcra
        case aimd, vegas, gradient2
        case envoyGradient = "envoy-gradient"
        case clientRate = "client-rate"
        case outliers
        case bulkhead
        case admission
    }

    public var policy: Policy

    public init(_ policy: Policy) { self.policy = policy }

    public var name: String { "policies/\(policy.rawValue)" }
    public var operation: String {
        switch policy {
        case .retry: "a retry: the budget is asked and pays, and the backoff is drawn"
        case .breaker: "a call past a breaker over 10 s, one in a hundred fails"
        case .breakerCalls: "a call past a breaker over the last 100 calls, one in a hundred fails"
        case .tokenBucket: "a token is asked for and taken"
        case .gcra: "a call is asked for and made"
        case .aimd, .vegas, .gradient2, .envoyGradient: "an answer moves the limit"
        case .clientRate: "a token is asked for and taken, and an answer moves the rate"
        case .outliers: "one of ten hosts is found usable and has an answer, one in a hundred fails"
        case .bulkhead: "one of a thousand tenants takes a permit, and gives one back"
        case .admission: "a notification is let in or not"
        }
    }
    public var usualOperations: Int { 20_000_000 }

    public func sample(operations: Int) -> BenchmarkSample {
        switch policy {
        case .retry: retry(operations)
        case .breaker: breaker(operations, BreakerPolicy())
        case .breakerCalls: breaker(operations, BreakerPolicy(windowCalls: 100))
        case .tokenBucket: tokenBucket(operations)
        case .gcra: gcra(operations)
        case .aimd: limit(operations, .aimd)
        case .vegas: limit(operations, .vegas)
        case .gradient2: limit(operations, .gradient2)
        case .envoyGradient: limit(operations, .envoyGradient)
        case .clientRate: clientRate(operations)
        case .outliers: outliers(operations)
        case .bulkhead: bulkhead(operations)
        case .admission: admission(operations)
        }
    }

    /// A microsecond passes before each decision, which gets a word of its own and may say yes.
    private func measure(_ operations: Int, _ decide: (_ now: Int64, _ word: UInt64) -> Bool) -> BenchmarkSample {
        var now: Int64 = 0
        var word: UInt64 = 1
        var yes = 0
        let watch = Stopwatch()
        for _ in 0..<operations {
            now &+= 1_000
            word = word &* 0xD134_2543_DE82_EF95 &+ 1
            if decide(now, word) { yes &+= 1 }
        }
        let time = watch.elapsed
        return BenchmarkSample(
            operations: UInt64(operations), time: time, figures: [("yes", Double(yes) / Double(operations))])
    }

    private func retry(_ operations: Int) -> BenchmarkSample {
        var budget = RetryBudget(RetryBudgetPolicy(ratioMicros: 200_000))
        let backoff = Backoff(RetryPolicy())
        defer {
            budget.deallocate()
            backoff.deallocate()
        }
        return measure(operations) { now, word in
            budget.recordFirstAttempt(at: now)
            if budget.available(at: now) < 1 { return false }
            budget.withdraw(at: now)
            return backoff.delay(failures: Int(word & 7) + 1, random: word) > 0
        }
    }

    private func breaker(_ operations: Int, _ policy: BreakerPolicy) -> BenchmarkSample {
        var breaker = CircuitBreaker(policy)
        defer { breaker.deallocate() }
        return measure(operations) { now, word in
            if breaker.permits(at: now) < 1 { return false }
            breaker.letThrough()
            return breaker.record(failure: word >> 57 == 0, epoch: breaker.epoch, at: now) == .none
        }
    }

    private func tokenBucket(_ operations: Int) -> BenchmarkSample {
        var bucket = TokenBucket(ratePerSecondMicros: 900_000_000_000, burst: 1_000)
        return measure(operations) { now, _ in
            if bucket.available(at: now) < 1 { return false }
            bucket.take()
            return true
        }
    }

    private func gcra(_ operations: Int) -> BenchmarkSample {
        var rate = GenericCellRate(ratePerSecondMicros: 900_000_000_000, burst: 1_000)
        return measure(operations) { now, _ in
            if !rate.conforms(at: now) { return false }
            rate.take()
            return true
        }
    }

    private func limit(_ operations: Int, _ algorithm: ConcurrencyPolicy.Algorithm) -> BenchmarkSample {
        var limit = ConcurrencyLimit(ConcurrencyPolicy(algorithm))
        defer { limit.deallocate() }
        return measure(operations) { now, word in
            if limit.wantsJitter { limit.renewJitter(word) }
            let before = limit.limit
            limit.record(
                word >> 57 == 0 ? .dropped : .answered, roundTrip: Int64(20_000_000 + word >> 40), inFlight: before,
                at: now)
            return limit.limit > before
        }
    }

    private func clientRate(_ operations: Int) -> BenchmarkSample {
        var rate = ClientRate(ClientRatePolicy())
        return measure(operations) { now, word in
            let isAllowed = rate.available(at: now) > 0
            if isAllowed { rate.take() }
            rate.answered(isThrottled: word >> 54 == 0, at: now)
            return isAllowed
        }
    }

    private func outliers(_ operations: Int) -> BenchmarkSample {
        var detector = OutlierDetector(OutlierPolicy(), hostCount: 10)
        defer { detector.deallocate() }
        return measure(operations) { now, word in
            let host = Int((word >> 32) % 10)
            if detector.usable(at: now) & (1 << UInt32(host)) == 0 { return false }
            detector.record(host: host, failure: word >> 57 == 0, at: now)
            return true
        }
    }

    private func bulkhead(_ operations: Int) -> BenchmarkSample {
        var bulkhead = TenantBulkhead(limit: 64)
        defer { bulkhead.deallocate() }
        let held = Ring<UInt32>(minimumCapacity: 4_096)
        defer { held.deallocate() }
        return measure(operations) { _, word in
            if held.count == 2_048 { _ = bulkhead.giveBack(held.popFirst()) }
            let tenant = UInt32(truncatingIfNeeded: word >> 32) % 1_000
            if !bulkhead.take(tenant) { return false }
            held.append(tenant)
            return true
        }
    }

    private func admission(_ operations: Int) -> BenchmarkSample {
        var control = AdmissionControl(SheddingPolicy.Admission())
        defer { control.deallocate() }
        return measure(operations) { now, word in
            control.admits(
                Priority(rawValue: UInt8(word >> 62)) ?? .normal, key: word, delay: Int64(word >> 38), at: now)
        }
    }
}
