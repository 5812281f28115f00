// SPDX-License-Identifier: Apache-2.0

/// The line in front of a single server that works at a rate: first come, first served, each request the same work.
///
/// State: the work not yet done. An arrival waits as long as that takes; then its own work is added. Work is counted in
/// 10⁻¹⁵ requests, because a rate in millionths of a request per second times nanoseconds is whole in that unit: nothing is
/// ever rounded, two lines that have seen the same are equal bit for bit, and a change of the rate applies to what is
/// already in line.
struct ServiceLine: Equatable, BitwiseCopyable {
    /// One request.
    static var requestWork: UInt128 { 1_000_000_000_000_000 }
    /// About 10¹⁴ requests: more than a run offers.
    static var mostWork: UInt128 { 1 << 96 }

    private(set) var work: UInt128 = 0
    /// Nanoseconds: the work is as of then.
    private var updated: Int64 = 0

    /// Does the work that fits between the last update and `now` at `rate` (millionths of a request per second).
    @inline(__always)
    mutating func advance(to now: Int64, rate: UInt64) {
        let elapsed = now &- updated
        if elapsed <= 0 { return }
        updated = now
        let done = Self.product(UInt64(elapsed), rate)
        let (left, isOver) = work.subtractingReportingOverflow(done)
        work = isOver ? 0 : left
    }

    @inline(__always)
    mutating func add(_ more: UInt128) {
        work = Swift.min(work &+ more, Self.mostWork)
    }

    /// Adds work without letting the line grow beyond `limit`; what is beyond already stays.
    @inline(__always)
    mutating func add(_ more: UInt128, upTo limit: UInt128) {
        if work < limit { work = Swift.min(work &+ more, limit) }
    }

    /// Nanoseconds until the work is done at `rate`, rounded up; `.max`: never, or later than any run.
    @inline(__always)
    func wait(rate: UInt64) -> Int64 {
        if rate == 0 { return work == 0 ? 0 : .max }
        let rounded = work &+ UInt128(rate &- 1)
        // Lines are short most of the time, and a 64-bit division is several times faster.
        let wait = rounded >> 64 == 0 ? UInt128(UInt64(truncatingIfNeeded: rounded) / rate) : rounded / UInt128(rate)
        return wait > UInt128(Int64.max) ? .max : Int64(truncatingIfNeeded: wait)
    }

    @inline(__always)
    static func product(_ left: UInt64, _ right: UInt64) -> UInt128 {
        UInt128(left) &* UInt128(right)
    }
}
