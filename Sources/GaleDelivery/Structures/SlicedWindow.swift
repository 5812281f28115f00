// SPDX-License-Identifier: Apache-2.0

/// What a `SlicedWindow` adds up.
protocol WindowSum: BitwiseCopyable {
    static var zero: Self { get }
    /// What is left of it without another that is part of it.
    func without(_ part: Self) -> Self
}

extension Int64: WindowSum {
    func without(_ part: Int64) -> Int64 { self &- part }
}

extension SIMD2: WindowSum where Scalar == Int64 {
    func without(_ part: Self) -> Self { self &- part }
}

/// Sums over the last time, in slices: what came counts until as many slices have begun as there are, so for all of the window but up to one
/// slice (Finagle's `WindowedAdder`, resilience4j's `SlidingTimeWindowMetrics`).
///
/// Whoever adds first advances it, unless `isCurrent` holds. Slices begin at multiples of their length. Memory for them is taken when
/// the first one is over: what is never used has none.
///
/// - Complexity: O(1) an addition; a slice's end costs O(1) per slice that has passed, at most all of them.
struct SlicedWindow<Sum: WindowSum> {
    /// When the current slice ends; never, in a window without slices.
    private(set) var sliceEnd: Int64
    /// Of the whole window, the current slice included: what is added here is the current slice's.
    var sum = Sum.zero

    /// Nanoseconds.
    let sliceLength: Int64
    private let count: Int
    private var slice = 0
    /// The complete slices; the current one is what `sum` has beyond them.
    private var slices: UnsafeMutablePointer<Sum>?
    private var complete = Sum.zero

    init(sliceLength: Int64, count: Int, now: Int64 = 0) {
        precondition(sliceLength > 0 && count > 0, "a window has slices")
        self.sliceLength = sliceLength
        self.count = count
        sliceEnd = now - now % sliceLength + sliceLength
    }

    /// One that nothing leaves.
    init() {
        (sliceLength, count, sliceEnd) = (.max, 0, .max)
    }

    func deallocate() { slices?.deallocate() }

    /// Memory that its slices take.
    var bytes: Int { slices == nil ? 0 : count * MemoryLayout<Sum>.stride }

    /// Whether what comes now belongs to the current slice.
    @inline(__always)
    func isCurrent(at now: Int64) -> Bool { now < sliceEnd }

    /// Lets go what is too old.
    @inline(__always)
    mutating func advance(to now: Int64) {
        if now >= sliceEnd { rotate(to: now) }
    }

    /// Takes back what was added at a time; nothing, where that has left the window. The window has been advanced.
    mutating func takeBack(_ part: Sum, addedAt time: Int64) {
        let back = (sliceEnd - 1 - time) / sliceLength
        if back > 0 {
            guard back < Int64(count), let slices else { return }
            let place = (slice - Int(back) + count) % count
            slices[place] = slices[place].without(part)
            complete = complete.without(part)
        }
        sum = sum.without(part)
    }

    /// Forgets everything.
    mutating func clear() {
        sum = .zero
        complete = .zero
        slices?.update(repeating: .zero, count: count)
    }

    @inline(never)
    private mutating func rotate(to now: Int64) {
        if count == 0 { return }
        let slices = self.slices ?? makeSlices()
        let passed = (now - sliceEnd) / sliceLength + 1
        slices[slice] = sum.without(complete)
        for _ in 0..<min(passed, Int64(count)) {
            slice = slice + 1 == count ? 0 : slice + 1
            sum = sum.without(slices[slice])
            slices[slice] = .zero
        }
        complete = sum
        sliceEnd += passed * sliceLength
    }

    private mutating func makeSlices() -> UnsafeMutablePointer<Sum> {
        let made = UnsafeMutablePointer<Sum>.allocate(capacity: count)
        made.initialize(repeating: .zero, count: count)
        slices = made
        return made
    }
}
