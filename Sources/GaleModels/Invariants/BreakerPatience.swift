// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

/// Whether an open circuit breaker comes to an end: whoever is told to wait for one must see an attempt on the same way within a
/// time, as each breaker lets probes through when its own is over.
///
/// A kind of notification that can fall back to another channel may wait for that one's breaker, which nobody is told: it is not looked at.
struct BreakerPatience {
    /// Kinds of notifications, by `StageHandle.way(of:)`.
    private static let ways = 64
    private static let never = Int64.max

    private let patience: Int64
    /// How long a provider's refusal of the sender stops all attempts there, at the most.
    private let stop: Int64
    /// Channels that are looked at, as bits.
    private let channels: UInt64
    /// By replica and way: since when notifications wait for a breaker and no attempt has been made; `never`: nobody waits.
    private let since: UnsafeMutablePointer<Int64>
    /// How many of those are not `never`.
    private let known: UnsafeMutablePointer<Int>

    /// - Parameters:
    ///   - patience: nanoseconds.
    ///   - stop: how long a breaker that has opened stays so.
    init(_ patience: Int64, stop: Interval?, fallbacks: [Policy.Fallback], replicas: Int) {
        self.patience = patience
        // A stop lasts a minute at least (`CircuitBreaker.minimumStop`).
        self.stop = max(stop?.nanoseconds ?? 0, 60_000_000_000)
        channels = fallbacks.reduce(UInt64.max) { $0 & ~(1 << UInt64($1.from.rawValue)) }
        since = .allocate(capacity: replicas * Self.ways)
        since.initialize(repeating: Self.never, count: replicas * Self.ways)
        known = .allocate(capacity: 1)
        known.initialize(to: 0)
    }

    func deallocate() {
        since.deallocate()
        known.deallocate()
    }

    /// Whether attempts matter now.
    var isWaiting: Bool {
        @inline(__always) get { known.pointee != 0 }
    }

    private func set(_ replica: Int, _ way: Int, to instant: Int64) {
        let place = since + (replica * Self.ways + way)
        known.pointee += (instant == Self.never ? 0 : 1) - (place.pointee == Self.never ? 0 : 1)
        place.pointee = instant
    }

    /// A notification is told to wait for a breaker.
    ///
    /// - Returns: for how long nobody has been let through, if that is too long.
    func waits(_ replica: Int, way: UInt8, at now: Int64) -> Int64? {
        guard channels >> UInt64(way >> 2) & 1 != 0 else { return nil }
        let begun = since[replica * Self.ways + Int(way)]
        if begun == Self.never {
            set(replica, Int(way), to: now)
            return nil
        }
        return now - begun > patience ? now - begun : nil
    }

    /// An attempt is made for a notification of one kind, on a channel that may be another than its own.
    func sent(_ replica: Int, way: UInt8, on channel: Channel) {
        guard isWaiting else { return }
        set(replica, Int(way), to: Self.never)
        guard way >> 2 != channel.rawValue else { return }
        for platform in 0..<4 { set(replica, Int(channel.rawValue) << 2 + platform, to: Self.never) }
    }

    /// A provider has refused the sender, which stops for a while.
    func stopped(_ replica: Int, at now: Int64) {
        for way in 0..<Self.ways { set(replica, way, to: now + stop) }
    }

    /// A replica begins anew.
    func forget(_ replica: Int) {
        for way in 0..<Self.ways { set(replica, way, to: Self.never) }
    }
}
