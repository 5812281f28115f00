// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

extension WorldBuilder {
    func workload(_ pair: Item.Pair) -> WorkloadSpecification {
        let item = pair.item
        let loop = closedLoop(pair)
        var workload = WorkloadSpecification(
            name: pair.key, topic: index(.topic, item["into"]) ?? 0,
            rate: loop == nil ? rate(pair) : .constant(perSecondMicros: 0),
            arrivals: item.choice("arrivals", else: .poisson), channelMicros: channels(item),
            platformMicros: platforms(item),
            tenantCount: item["tenants"]?.count("count") ?? 1, tenantSkew: item["tenants"]?["skew"]?.decimal ?? 0,
            recipientCount: item.integer("recipients"), size: item.distribution("size"),
            timeToLive: item.interval("ttl"),
            fanOut: item.integer("fan-out"), closedLoop: loop)
        describeAudience(item, &workload)
        return workload
    }

    private func closedLoop(_ pair: Item.Pair) -> ClosedLoopSpecification? {
        let item = pair.item
        guard let population = item["population"] else {
            // What has no source at all is refused for that.
            if let think = item["think"], item.gives("rate") || item.gives("count") {
                diagnostics.error(
                    "workload '\(pair.key)' has a 'think' but no population that does it", at: think.place,
                    remedy: "population: 100")
            }
            return nil
        }
        if item["think"] == nil {
            diagnostics.error(
                "workload '\(pair.key)' has a population but no 'think'; expected how long a user thinks before the "
                    + "next message, such as think: exponential mean 1s", at: population.place)
        }
        for key in Tables.rateKeys where item.gives(key) {
            diagnostics.error(
                "'\(key)' is for a rate; workload '\(pair.key)' has a population, whose users send when they are ready",
                at: item[key]?.place ?? pair.place)
        }
        return ClosedLoopSpecification(
            population: population.integer ?? 1, think: item.distribution("think"))
    }

    private func channels(_ item: Item) -> [(channel: Channel, share: Int64)] {
        guard let shares = item["channels"]?.pairs else { return [(.push, 1_000_000)] }
        checkSum(shares, of: "channels", at: item["channels"]?.place)
        return shares.compactMap { pair in
            Channel.allCases.first { $0.name == pair.key }.map { ($0, pair.item.integer ?? 0) }
        }
    }

    private func platforms(_ item: Item) -> [(platform: Platform, share: Int64)] {
        guard let shares = item["platforms"]?.pairs else { return [(.ios, 1_000_000)] }
        checkSum(shares, of: "platforms", at: item["platforms"]?.place)
        return shares.compactMap { pair in
            Platform.allCases.first { $0.name == pair.key }.map { ($0, pair.item.integer ?? 0) }
        }
    }

    func checkSum(_ shares: [Item.Pair], of what: String, at place: Place?) {
        if shares.contains(where: \.item.isWrong) { return }
        let sum = shares.reduce(0) { $0 + ($1.item.integer ?? 0) }
        if sum == 1_000_000 { return }
        diagnostics.error(
            "the shares of '\(what)' sum to \(QuantityText.share(micros: sum)), expected 100%",
            at: place ?? scenario.place)
    }

    private func rate(_ pair: Item.Pair) -> RateSpecification {
        let item = pair.item
        let total =
            if item.gives("count") { campaign(pair) } else if item["rate"]?["curve"] != nil { curve(item) } else {
                [RateCurve.Point(at: 0, micros: item["rate"]?.integer ?? 0)]
            }
        var curve = RateCurve(points: total)
        let bursts = item["bursts"]?.list ?? []
        if bursts.count > Self.burstLimit, let place = item["bursts"]?.place {
            diagnostics.error(
                "workload '\(pair.key)' has \(bursts.count) bursts; expected \(Self.burstLimit) at most", at: place,
                remedy: "use several workloads, or a curve")
        }
        for burst in bursts.prefix(Self.burstLimit) {
            let at = burst.integer("at", else: 0)
            let length = burst.integer("for")
            if known, at >= duration.nanoseconds {
                diagnostics.error(
                    "the burst at \(Interval(nanoseconds: at)) begins after the load, which is offered for "
                        + "\(duration)", at: burst["at"]?.place ?? burst.place,
                    remedy:
                        "offer load for longer than that, by --duration, or let the burst begin earlier, or remove it: "
                        + "--set workloads.\(pair.key).bursts=[]")
                continue
            }
            curve.add(burst.integer("rate"), from: at, to: at + length)
        }
        checkOffer(curve, pair)
        return RateSpecification(points: curve.points.map { (Interval(nanoseconds: $0.at), $0.micros) })
    }

    /// The scenario's duration is valid; otherwise nothing can be said about what is after it.
    private var known: Bool { scenario["duration"]?.integer != nil }

    /// What a curve offers while the load lasts: something, and no more than there are identities for.
    private func checkOffer(_ curve: RateCurve, _ pair: Item.Pair) {
        let item = pair.item
        // What has neither is refused for that, and so is a campaign that outlasts the load.
        guard known, item.integer("at", else: 0) + item.integer("over", else: 0) <= duration.nanoseconds,
            item.gives("rate") || item.gives("count"), !(item["rate"]?.isWrong ?? false)
        else { return }
        let place = item["rate"]?.place ?? item["count"]?.place ?? pair.place
        let offered = curve.total(until: duration.nanoseconds)
        if offered == 0 {
            diagnostics.error(
                "workload '\(pair.key)' offers nothing in the \(duration) of the load: its rate is 0", at: place)
        } else if offered / Double(item.integer("fan-out")) > Self.submissionLimit {
            diagnostics.error(
                "workload '\(pair.key)' makes more than 68G submissions; expected 2^36 at most", at: place,
                remedy: "divide it into several workloads")
        }
    }

    /// The models number a workload's submissions with 36 bits.
    private static let submissionLimit = 0x1p36

    private static let burstLimit = 100
    private static let curveLimit = 1_000

    private func outsideLoad(_ what: String, _ at: Int64, _ length: Int64, _ place: Place, remedy: String) {
        diagnostics.error(
            "\(what) from \(Interval(nanoseconds: at)) for \(Interval(nanoseconds: length)) ends after the load, "
                + "which is offered for \(duration)", at: place, remedy: remedy)
    }

    /// A step: `count` notifications evenly over `over`.
    private func campaign(_ pair: Item.Pair) -> [RateCurve.Point] {
        let item = pair.item
        guard let over = item["over"], let length = over.integer, let count = item["count"]?.integer else {
            if item["over"] == nil, item["rate"] == nil {
                diagnostics.error(
                    "workload '\(pair.key)' has a count but no 'over'; expected how long it is spread "
                        + "over, such as over: 30s",
                    at: item["count"]?.place ?? pair.place)
            }
            return [RateCurve.Point(at: 0, micros: 1)]
        }
        let at = item["at"]?.integer ?? 0
        if at + length > duration.nanoseconds {
            outsideLoad(
                "the campaign", at, length, item["at"]?.place ?? over.place,
                remedy:
                    "offer load for longer, by --duration \(Interval(nanoseconds: at + length)) at least, or let the campaign "
                    + "begin earlier: --set workloads.\(pair.key).at=TIME")
        }
        // count × 10⁶ millionths × 10⁹ ns/s ÷ ns
        let product = UInt64(count).multipliedFullWidth(by: 1_000_000_000_000_000)
        guard product.high < UInt64(length), case let quotient = UInt64(length).dividingFullWidth(product).quotient,
            quotient <= 1_000_000_000_000_000
        else {
            diagnostics.error(
                "\(count) notifications over \(Interval(nanoseconds: length)) are more than 1G/s", at: over.place)
            return [RateCurve.Point(at: 0, micros: 1)]
        }
        var curve = RateCurve(points: [RateCurve.Point(at: 0, micros: 0)])
        curve.add(Int64(quotient), from: at, to: at + length)
        return curve.points
    }

    /// A curve may describe a day: what is after the load's end is not offered.
    private func curve(_ item: Item) -> [RateCurve.Point] {
        var points: [RateCurve.Point] = []
        let list = item["rate"]?["curve"]?.list ?? []
        if list.count > Self.curveLimit, let place = item["rate"]?["curve"]?.place {
            diagnostics.error(
                "a curve of \(list.count) points; expected \(Self.curveLimit) at most", at: place)
        }
        for pair in list.prefix(Self.curveLimit) {
            guard let values = pair.list, let at = values[0].integer, let rate = values[1].integer else { continue }
            if points.isEmpty, at != 0 {
                diagnostics.error("a curve begins at 0s; this one at \(Interval(nanoseconds: at))", at: pair.place)
            }
            if let last = points.last, at < last.at {
                diagnostics.error(
                    "the points of a curve are in the order of time; \(Interval(nanoseconds: at)) comes after "
                        + "\(Interval(nanoseconds: last.at))", at: pair.place)
                continue
            }
            points.append(RateCurve.Point(at: at, micros: rate))
        }
        return points.isEmpty ? [RateCurve.Point(at: 0, micros: 1)] : points
    }
}
