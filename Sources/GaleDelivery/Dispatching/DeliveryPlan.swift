// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// One channel of a notification's way: its own first, then those it falls back to.
struct PlanStep {
    static let noRoute: UInt8 = .max

    /// `noRoute`: the way ends before this step.
    var route: UInt8
    var channel: Channel
    /// The route's provider where it has but one; otherwise `Chain.noProvider`.
    var soleProvider: UInt16
    /// The queue, as a bit of `DispatcherState.crowded`, that a first attempt may not overtake: the route's.
    var queues: UInt32
    /// Nanoseconds after the creation at which this channel is given up; `Int64.max`: never.
    var deadline: Int64

    static var end: PlanStep {
        PlanStep(route: noRoute, channel: .push, soleProvider: Chain.noProvider, queues: 0, deadline: .max)
    }
}

/// A route's place in the flat list of equivalents.
struct PlanRoute {
    var first: Int32
    var count: Int32
}

struct Equivalent {
    var provider: UInt16
    var weight: UInt32
}

/// Routes and fallbacks as one flat table: for each channel and platform the steps in order, at most one a channel.
///
/// A channel without a route for the platform is passed over. Where several fallbacks leave a channel, the first declared
/// whose channel has a route and was not yet tried wins; so the way is finite and fixed in advance.
struct DeliveryPlan {
    static let stepsPerWay = 4
    static let ways = 16
    /// Steps beyond this are in the app, before a way of its own: one a platform.
    static let lastOfWays = UInt8(ways * stepsPerWay - 1)
    private static let firstInApp = (ways + 1) * stepsPerWay
    static let maximumEquivalents = Policy.Route.mostProviders

    /// `ways · stepsPerWay` steps, one `end` more, and the steps in the app, each with an `end`.
    let steps: UnsafeMutablePointer<PlanStep>
    let routes: UnsafeMutablePointer<PlanRoute>
    let routeCount: Int
    let equivalents: UnsafeMutablePointer<Equivalent>
    let equivalentCount: Int

    init(_ policy: Policy, providerCount: Int) {
        var compiled: [(channel: Channel, platform: Platform, source: Int)] = []
        var planRoutes: [PlanRoute] = []
        var list: [Equivalent] = []

        func route(_ channel: Channel, _ platform: Platform) -> UInt8? {
            guard let source = Self.route(policy, channel, platform) else { return nil }
            if let known = compiled.firstIndex(where: { $0.source == source }) { return UInt8(known) }
            compiled.append((channel, platform, source))
            // One bit each of `Chain.tried`; nobody has that many equivalents.
            let providers = policy.routes[source].providers.prefix(Self.maximumEquivalents)
            planRoutes.append(PlanRoute(first: Int32(list.count), count: Int32(providers.count)))
            for (provider, weight) in providers {
                precondition(Int(provider.rawValue) < providerCount, "a route names providers of this dispatcher")
                list.append(Equivalent(provider: provider.rawValue, weight: weight))
            }
            return UInt8(compiled.count - 1)
        }

        let extent = Self.firstInApp + Platform.allCases.count * Self.stepsPerWay
        steps = .allocate(capacity: extent)
        steps.initialize(repeating: .end, count: extent)
        for channel in Channel.allCases {
            for platform in Platform.allCases {
                let way = Self.way(channel, platform)
                var place = 0
                for (member, deadline) in Self.channels(policy, from: channel, platform) {
                    guard let number = route(member, platform) else { continue }
                    let members = planRoutes[Int(number)]
                    let sole = members.count == 1 ? list[Int(members.first)].provider : Chain.noProvider
                    steps[way + place] = PlanStep(
                        route: number, channel: member, soleProvider: sole, queues: 1 << UInt32(number),
                        deadline: deadline)
                    place += 1
                }
                // Nothing is left to fall back to: the last channel has no deadline of its own.
                if place > 0 { steps[way + place - 1].deadline = .max }
            }
        }
        if policy.routing.presence != nil {
            for platform in Platform.allCases {
                guard let number = route(.inApp, platform) else { continue }
                steps[Self.inApp(platform)] = PlanStep(
                    route: number, channel: .inApp, soleProvider: Chain.noProvider, queues: 0, deadline: .max)
            }
        }
        routeCount = planRoutes.count
        equivalentCount = list.count
        routes = .allocate(capacity: max(1, planRoutes.count))
        for (index, route) in planRoutes.enumerated() { (routes + index).initialize(to: route) }
        equivalents = .allocate(capacity: max(1, list.count))
        for (index, equivalent) in list.enumerated() { (equivalents + index).initialize(to: equivalent) }
    }

    func deallocate() {
        steps.deallocate()
        routes.deallocate()
        equivalents.deallocate()
    }

    /// The first step for a channel and platform.
    @inline(__always)
    static func way(_ channel: Channel, _ platform: Platform) -> Int {
        Int(channel.rawValue) * 16 + Int(platform.rawValue) * 4
    }

    private static func inApp(_ platform: Platform) -> Int { firstInApp + Int(platform.rawValue) * stepsPerWay }

    /// The step in the app before a way, if there is one and this is the way's first step.
    func inAppStep(home step: UInt8) -> UInt8? {
        guard step <= Self.lastOfWays, step & 3 == 0, steps[Int(step)].channel != .inApp,
            let platform = Platform(rawValue: step >> 2 & 3)
        else { return nil }
        let place = Self.inApp(platform)
        return steps[place].route == PlanStep.noRoute ? nil : UInt8(place)
    }

    /// The step after this one, or nil at the end of the way.
    @inline(__always)
    func next(after step: UInt8) -> UInt8? {
        if step & 3 == 3 || steps[Int(step) + 1].route == PlanStep.noRoute { return nil }
        return step + 1
    }

    /// The place in the policy of the route for a channel and platform: an exact one before one for any platform.
    private static func route(_ policy: Policy, _ channel: Channel, _ platform: Platform) -> Int? {
        policy.routes.firstIndex { $0.channel == channel && $0.platform == platform && !$0.providers.isEmpty }
            ?? policy.routes.firstIndex { $0.channel == channel && $0.platform == .none && !$0.providers.isEmpty }
    }

    /// The channels of a way with the time after which each is left.
    private static func channels(
        _ policy: Policy, from channel: Channel, _ platform: Platform
    ) -> [(Channel, Int64)] {
        var way: [(Channel, Int64)] = []
        var visited: Set<Channel> = [channel]
        var current = channel
        while true {
            let fallback = policy.fallbacks.first {
                $0.from == current && !visited.contains($0.to) && route(policy, $0.to, platform) != nil
            }
            // Beyond half the clock's range is never, so that adding it to a time can't overflow.
            let after = fallback?.after?.nanoseconds ?? .max
            way.append((current, after > .max / 2 ? .max : after))
            guard let fallback else { return way }
            visited.insert(fallback.to)
            current = fallback.to
        }
    }
}
