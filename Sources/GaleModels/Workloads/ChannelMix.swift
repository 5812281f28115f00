// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// A workload's channels and platforms as cumulative shares: which a notification has is a property of its identity.
struct ChannelMix {
    /// Upper ends of the first three channels' and platforms' shares, in millionths.
    var channels: (Int64, Int64, Int64)
    var platforms: (Int64, Int64, Int64)

    init(
        channels shares: [(channel: Channel, share: Int64)],
        platforms platformShares: [(platform: Platform, share: Int64)]
    ) {
        var byChannel = [Int64](repeating: 0, count: 4)
        for (channel, share) in shares { byChannel[Int(channel.rawValue)] += share }
        channels = (byChannel[0], byChannel[0] + byChannel[1], byChannel[0] + byChannel[1] + byChannel[2])
        var byPlatform = [Int64](repeating: 0, count: 4)
        for (platform, share) in platformShares { byPlatform[Int(platform.rawValue)] += share }
        platforms = (byPlatform[0], byPlatform[0] + byPlatform[1], byPlatform[0] + byPlatform[1] + byPlatform[2])
    }

    @inline(__always)
    func channel(of identity: UInt64, _ draws: Draws) -> UInt8 {
        let draw = Int64(draws.uniform(.channel, identity).below(1_000_000))
        return Self.place(of: draw, among: channels)
    }

    /// `none` for every channel but push.
    @inline(__always)
    func platform(of identity: UInt64, channel: UInt8, _ draws: Draws) -> UInt8 {
        let draw = Int64(draws.uniform(.platform, identity).below(1_000_000))
        let place = Self.place(of: draw, among: platforms)
        return channel == Channel.push.rawValue ? place : 0
    }

    /// Counted by the signs of differences and not compared, which becomes branches: chance can't be guessed.
    @inline(__always)
    private static func place(of draw: Int64, among ends: (Int64, Int64, Int64)) -> UInt8 {
        UInt8(truncatingIfNeeded: 3 &+ (draw &- ends.0) &>> 63 &+ (draw &- ends.1) &>> 63 &+ (draw &- ends.2) &>> 63)
    }
}
