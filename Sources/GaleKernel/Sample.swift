// SPDX-License-Identifier: Apache-2.0

/// A regular sample of a stream of unknown length: every n-th element, with n doubling when the sample is full.
struct Sample {
    /// Most elements that are kept.
    static let most = 64

    private let times: UnsafeMutablePointer<UInt64>
    private var count = 0
    private var stride = 1
    private var skip = 0

    /// - Parameter times: room for `most` elements, which the sample uses.
    init(_ times: UnsafeMutablePointer<UInt64>) { self.times = times }

    @inline(__always)
    mutating func add(_ time: UInt64) {
        if skip > 0 {
            skip &-= 1
        } else {
            take(time)
        }
    }

    private mutating func take(_ time: UInt64) {
        if count == Self.most {
            count /= 2
            for index in 0..<count { times[index] = times[2 * index] }
            stride *= 2
        }
        times[count] = time
        count += 1
        skip = stride - 1
    }

    /// The median of the sample, which must not be empty. Sorts it.
    mutating func median() -> UInt64 {
        var gap = count / 2
        while gap > 0 {
            for index in gap..<count {
                let time = times[index]
                var hole = index
                while hole >= gap, times[hole - gap] > time {
                    times[hole] = times[hole - gap]
                    hole -= gap
                }
                times[hole] = time
            }
            gap = gap == 2 ? 1 : gap * 5 / 11
        }
        return times[count / 2]
    }
}
