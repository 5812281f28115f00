// SPDX-License-Identifier: Apache-2.0

/// Lets notifications in by priority, as many as can be done (DAGOR: Zhou et al., "Overload Control for Scaling WeChat
/// Microservices", SoCC 2018, algorithm 1).
///
/// Each has a *level*: its priority, and within it one of 128 shares by its key, so that the load can be cut finely and copies of one notification fare alike. Those with a level up to the
/// *cursor* are let in. At the end of a window (1 s, or 2,000 notifications) the cursor is put where, going by the window's
/// histogram of levels, 5 % fewer would have been let in if notifications had waited too long, and 1 % more
/// if they hadn't.
///
/// Unlike the paper, what is shed counts towards the delay too (it has waited as long as the rest before it gets here), and at
/// least one more or one fewer is let in, so that a trickle finds its way back.
///
/// - Complexity: O(1) a notification, O(levels) a window. 2 KB.
package struct AdmissionControl {
    package static let priorities = Priority.allCases.count
    package static let shares = 128
    private static let levels = priorities * shares

    private let policy: SheddingPolicy.Admission
    private let histogram: UnsafeMutablePointer<UInt32>
    private let delayLimit: Int64
    private let windowLength: Int64
    private let windowCount: Int64
    private let spared: Int
    private var windowEnd: Int64
    private var count: Int64
    private var admitted: Int64
    private var delays: Int64
    /// The least level that is shed; `levels`: none is.
    private var cursor: Int

    package init(_ policy: SheddingPolicy.Admission, now: Int64 = 0) {
        self.policy = policy
        delayLimit = max(0, policy.delay.nanoseconds)
        windowLength = min(max(1, policy.window.nanoseconds), .max / 4)
        windowCount = Int64(max(1, policy.windowNotifications))
        spared = min(max(0, policy.sparedPriorities), Self.priorities) * Self.shares
        histogram = .allocate(capacity: Self.levels)
        histogram.initialize(repeating: 0, count: Self.levels)
        windowEnd = now + windowLength
        count = 0
        admitted = 0
        delays = 0
        cursor = Self.levels
    }

    package func deallocate() { histogram.deallocate() }

    /// Priorities that are let in as a whole, and the share of the next, of 128.
    package var open: (priorities: Int, share: Int) { (cursor / Self.shares, cursor % Self.shares) }

    /// Whether a notification that has waited `delay` nanoseconds is let in.
    package mutating func admits(_ priority: Priority, key: UInt64, delay: Int64, at now: Int64) -> Bool {
        if now >= windowEnd || count >= windowCount { endWindow(at: now) }
        let level = Int(priority.rawValue) * Self.shares + Self.share(key)
        histogram[level] += 1
        count += 1
        // Longer than a year is long enough, and a window's sum stays far from overflow.
        delays += min(max(0, delay), 31_536_000_000_000_000 / windowCount)
        if level >= cursor && level >= spared { return false }
        admitted += 1
        return true
    }

    /// Uniform over keys that are near to one another (the finaliser of MurmurHash3).
    private static func share(_ key: UInt64) -> Int {
        var z = key
        z = (z ^ (z >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        z = (z ^ (z >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return Int((z ^ (z >> 33)) & UInt64(shares - 1))
    }

    @inline(never)
    private mutating func endWindow(at now: Int64) {
        let isOverloaded = count > 0 && delays / count > delayLimit
        var expected = admitted
        if isOverloaded {
            expected -= max(1, admitted * policy.decreaseMicros / 1_000_000)
        } else {
            expected += max(1, count * policy.increaseMicros / 1_000_000)
        }
        if count > 0 || cursor < Self.levels { place(expected) }
        histogram.initialize(repeating: 0, count: Self.levels)
        count = 0
        admitted = 0
        delays = 0
        windowEnd = now + windowLength
    }

    /// Puts the cursor where `expected` of the window's notifications lie below it.
    private mutating func place(_ expected: Int64) {
        var (level, prefix) = (0, Int64(0))
        while level < Self.levels {
            prefix += Int64(histogram[level])
            if prefix > max(0, expected) { break }
            level += 1
        }
        cursor = level
    }
}
