// SPDX-License-Identifier: Apache-2.0

/// A mergeable histogram of whole numbers from 0 to `Int64.max`, such as latencies in nanoseconds.
///
/// A handle: copies share the same counts, and whoever created it calls `deallocate()`. It holds integers only, so that
/// merging is exact, associative and commutative. Recording costs a few nanoseconds and does not allocate within the
/// range given at creation, or grown to since.
@frozen
public struct Histogram: @unchecked Sendable {
    /// Trivially copyable; `counts` covers the buckets `base ..< base + capacity`.
    @usableFromInline
    struct State {
        @usableFromInline var counts: UnsafeMutablePointer<Int64>
        @usableFromInline var base: Int
        @usableFromInline var capacity: Int
        @usableFromInline let layout: HistogramLayout
        @usableFromInline var count: Int64
        @usableFromInline var sumLow: UInt64
        @usableFromInline var sumHigh: UInt64
        @usableFromInline var min: Int64
        @usableFromInline var max: Int64
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// A histogram with every bucket from 0 to `Int64.max` in place (57 KiB for 8 bits): recording never allocates.
    ///
    /// - Parameter subBucketBits: from 2 to 16. A quantile is off by at most 2^−bits, relatively.
    public init(subBucketBits: Int = 8) {
        let layout = HistogramLayout(subBucketBits: subBucketBits)
        self.init(layout: layout, base: 0, capacity: layout.bucketCount)
    }

    /// A small histogram for values that are expected in a range; it grows, by allocating, when one falls outside.
    ///
    /// - Parameter expecting: not negative. 1 µs to 60 s at 5 bits takes 3.4 KiB; an empty one takes what its range needs.
    public init(subBucketBits: Int, expecting range: ClosedRange<Int64>) {
        precondition(range.lowerBound >= 0, "a histogram holds no negative values")
        let layout = HistogramLayout(subBucketBits: subBucketBits)
        let octave = layout.octave
        let base = layout.index(of: range.lowerBound) / octave * octave
        let end = (layout.index(of: range.upperBound) / octave + 1) * octave
        self.init(layout: layout, base: base, capacity: end - base)
    }

    /// An empty one that takes next to no memory, and grows from where its first values fall: for many of which few are filled, or
    /// each over a small part of the range. Recording allocates a few times in its life.
    ///
    /// - Parameter subBucketBits: from 2 to 16.
    public init(growing subBucketBits: Int) {
        self.init(layout: HistogramLayout(subBucketBits: subBucketBits), base: 0, capacity: 0)
    }

    init(layout: HistogramLayout, base: Int, capacity: Int) {
        let counts = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
        counts.initialize(repeating: 0, count: capacity)
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                counts: counts, base: base, capacity: capacity, layout: layout, count: 0, sumLow: 0, sumHigh: 0,
                min: .max, max: -1))
    }

    /// Gives its memory back. No copy of the handle may be used afterwards.
    public func deallocate() {
        state.pointee.counts.deallocate()
        state.deallocate()
    }

    // MARK: Recording

    /// Records one value; it must not be negative.
    @inlinable @inline(__always)
    public func record(_ value: Int64) {
        note(value, at: slot(of: value))
    }

    /// Records a value that falls into a bucket of the layout, as its caller knows; it must not be negative. In another bucket than
    /// its own there may be no memory.
    @inlinable @inline(__always)
    public func record(_ value: Int64, in bucket: Int) {
        note(value, at: slot(bucket, holding: value))
    }

    /// Where a bucket is counted, to ask for it ahead. Nothing may be there, if nothing fell near it yet.
    @inlinable @inline(__always)
    public func address(of bucket: Int) -> UnsafeRawPointer {
        let offset = UInt(bitPattern: bucket &- state.pointee.base) &* UInt(MemoryLayout<Int64>.stride)
        return UnsafeRawPointer(bitPattern: UInt(bitPattern: state.pointee.counts) &+ offset) ?? UnsafeRawPointer(state)
    }

    @inlinable @inline(__always)
    func note(_ value: Int64, at place: UnsafeMutablePointer<Int64>) {
        let state = self.state
        place.pointee &+= 1
        state.pointee.count &+= 1
        let (low, carried) = state.pointee.sumLow.addingReportingOverflow(UInt64(bitPattern: value))
        state.pointee.sumLow = low
        if carried { state.pointee.sumHigh &+= 1 }
        if value < state.pointee.min { state.pointee.min = value }
        if value > state.pointee.max { state.pointee.max = value }
    }

    /// Records a value `count` times; neither may be negative.
    @inlinable
    public func record(_ value: Int64, count: Int64) {
        precondition(count >= 0, "a value is not recorded a negative number of times")
        guard count > 0 else { return }
        let state = self.state
        slot(of: value).pointee += count
        state.pointee.count += count
        let product = UInt64(bitPattern: value).multipliedFullWidth(by: UInt64(bitPattern: count))
        add(low: product.low, high: product.high)
        if value < state.pointee.min { state.pointee.min = value }
        if value > state.pointee.max { state.pointee.max = value }
    }

    /// Adds what another has recorded. Both have the same `subBucketBits`.
    public func merge(_ other: Histogram) {
        precondition(state.pointee.layout == other.state.pointee.layout, "only histograms of equal precision merge")
        guard other.count > 0 else { return }
        let source = other.state.pointee
        // Growing to both ends first leaves the loop without a test.
        _ = slot(of: source.min)
        _ = slot(of: source.max)
        let target = state.pointee
        for index in source.layout.index(of: source.min)...source.layout.index(of: source.max) {
            target.counts[index - target.base] += source.counts[index - source.base]
        }
        state.pointee.count += source.count
        add(low: source.sumLow, high: source.sumHigh)
        state.pointee.min = Swift.min(target.min, source.min)
        state.pointee.max = Swift.max(target.max, source.max)
    }

    /// Forgets every sample and keeps the memory.
    public func reset() {
        state.pointee.counts.update(repeating: 0, count: state.pointee.capacity)
        state.pointee.count = 0
        state.pointee.sumLow = 0
        state.pointee.sumHigh = 0
        state.pointee.min = .max
        state.pointee.max = -1
    }

    @usableFromInline
    func add(low: UInt64, high: UInt64) {
        let (sum, carried) = state.pointee.sumLow.addingReportingOverflow(low)
        state.pointee.sumLow = sum
        state.pointee.sumHigh += high + (carried ? 1 : 0)
    }

    @inlinable @inline(__always)
    func slot(of value: Int64) -> UnsafeMutablePointer<Int64> {
        slot(state.pointee.layout.index(of: value), holding: value)
    }

    /// The place of a value's bucket, which there is afterwards.
    @inlinable @inline(__always)
    func slot(_ index: Int, holding value: Int64) -> UnsafeMutablePointer<Int64> {
        assert(value < 0 || index == state.pointee.layout.index(of: value), "a value is counted in its own bucket")
        let place = index &- state.pointee.base
        // One unsigned comparison finds both ends, and negative values as well.
        if UInt(bitPattern: place) >= UInt(bitPattern: state.pointee.capacity) { grow(toHold: value) }
        return state.pointee.counts + (index &- state.pointee.base)
    }

    /// Enlarges the range by whole octaves, and to twice its size where there is room, so that growth stays rare.
    @inlinable @inline(never)
    func grow(toHold value: Int64) {
        precondition(value >= 0, "a histogram holds no negative values")
        let layout = state.pointee.layout
        let index = layout.index(of: value)
        // An empty one begins with some octaves around the value, which most others will be near to.
        let isNew = state.pointee.capacity == 0
        let base = isNew ? Swift.max(0, (index / layout.octave - 2) * layout.octave) : state.pointee.base
        let end = base + state.pointee.capacity
        let margin = isNew ? 4 * layout.octave : state.pointee.capacity
        let newBase =
            index < base ? Swift.max(0, Swift.min(index / layout.octave * layout.octave, base - margin)) : base
        let needed = Swift.max((index / layout.octave + 1) * layout.octave, end + margin)
        let newEnd = index >= end ? Swift.min(layout.bucketCount, needed) : end
        let counts = UnsafeMutablePointer<Int64>.allocate(capacity: newEnd - newBase)
        counts.initialize(repeating: 0, count: newEnd - newBase)
        (counts + (base - newBase)).update(from: state.pointee.counts, count: state.pointee.capacity)
        state.pointee.counts.deallocate()
        state.pointee.counts = counts
        state.pointee.base = newBase
        state.pointee.capacity = newEnd - newBase
    }

    // MARK: Reading

    /// Samples recorded.
    @inlinable public var count: Int64 { state.pointee.count }
    @inlinable public var isEmpty: Bool { state.pointee.count == 0 }
    /// The smallest sample, exactly; nil when there is none.
    @inlinable public var min: Int64? { isEmpty ? nil : state.pointee.min }
    /// The largest sample, exactly; nil when there is none.
    @inlinable public var max: Int64? { isEmpty ? nil : state.pointee.max }
    /// The exact sum of all samples, as high · 2^64 + low.
    @inlinable public var sum: (high: UInt64, low: UInt64) { (state.pointee.sumHigh, state.pointee.sumLow) }
    public var subBucketBits: Int { Int(state.pointee.layout.subBucketBits) }
    /// Bytes that it occupies.
    public var byteCount: Int { MemoryLayout<State>.stride + state.pointee.capacity * MemoryLayout<Int64>.stride }

    /// The mean, derived from the exact sum; nil when there is no sample.
    public var mean: Double? {
        guard !isEmpty else { return nil }
        return (Double(state.pointee.sumHigh) * 18_446_744_073_709_551_616 + Double(state.pointee.sumLow))
            / Double(count)
    }
}
