// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleMeasurement
import GaleModels
import GalePrimitives
import GaleScenarioLanguage

/// Reads from a run what its theory speaks of.
///
/// A run starts empty, and theory speaks of the steady state: the first tenth of the load does not count. How much that is
/// does not depend on what was measured, so that it biases nothing.
struct TheoryMeter {
    let source: any MeasurementSource
    let specification: WorldSpecification
    let theory: Theory

    private static let channels = Channel.allCases.map { Int($0.rawValue) }

    /// Whole slots of the load without its first tenth.
    private var slots: Range<Int> {
        let length = source.slot.nanoseconds
        let end = Int(specification.duration.nanoseconds / length)
        let start = Int((specification.duration.nanoseconds / 10 + length - 1) / length)
        return start..<max(start, end)
    }

    /// nil: there was no sample.
    func observe(_ quantity: TheoryQuantity) -> TheoryEstimate? {
        switch quantity {
        case .meanLatency: meanLatency(of: Self.channels.map { .channel($0) })
        case .meanStageLatency(let stage): meanLatency(of: [.stage(stage)])
        case .latencyQuantile(let quantile): latency(atQuantile: quantile)
        case .utilisation(let stage): utilisation(stage)
        case .blocked:
            TheoryEstimate(ratioOf: entries(\.shed), to: entries(\.submitted))
        case .throughput:
            TheoryEstimate(
                ratioOf: slots.map { slot in sum { Double(source.throughput(channel: $0, slot: slot)) } },
                to: slots.map { _ in source.slot.seconds })
        case .deviation: deviation()
        }
    }

    private func sum(_ value: (Int) -> Double) -> Double { Self.channels.reduce(0) { $0 + value($1) } }

    private func entries(_ entry: KeyPath<Ledger, Int64>) -> [Double] {
        slots.map { slot in sum { Double(source.ledger(slot: slot, channel: $0)[keyPath: entry]) } }
    }

    /// By intended send time, from the exact sums of the slots' histograms; seconds.
    private func meanLatency(of subjects: [MeasuredSubject]) -> TheoryEstimate? {
        var sums: [Double] = []
        var counts: [Double] = []
        for slot in slots {
            let samples = subjects.compactMap { source.latencySamples($0, slot: slot) }
            sums.append(samples.reduce(0) { $0 + ($1.mean ?? 0) * Double($1.count) / 1e9 })
            counts.append(samples.reduce(0) { $0 + Double($1.count) })
        }
        return TheoryEstimate(ratioOf: sums, to: counts)
    }

    /// Of the whole run, by the finer histograms of the phases; seconds.
    private func latency(atQuantile quantile: Double) -> TheoryEstimate? {
        let samples = Histogram(subBucketBits: source.latencySamples(.channel(0), phase: 0).subBucketBits)
        defer { samples.deallocate() }
        for phase in source.phaseSpans.indices {
            for channel in Self.channels { samples.merge(source.latencySamples(.channel(channel), phase: phase)) }
        }
        return samples.interpolated(atQuantile: quantile).map { TheoryEstimate($0 / 1e9) }
    }

    private func utilisation(_ place: Int) -> TheoryEstimate? {
        let stage = specification.stages[place]
        let available = Double(stage.replicas * stage.concurrency) * Double(specification.duration.nanoseconds)
        return TheoryEstimate(Double(source.stageTotals(place).busyNanoseconds) / available)
    }

    /// Messages delivered by the end of a slot less burst + rate · time, where that is most. Until the bucket is empty what is
    /// offered is less; it was full when the first message came.
    private func deviation() -> TheoryEstimate? {
        guard let limit = theory.limit, case .open(let rate) = theory.source else { return nil }
        let first = 0.5 / rate
        var delivered = 0.0
        var worst = 0.0
        for slot in 0..<source.slotCount {
            delivered += sum { Double(source.throughput(channel: $0, slot: slot)) }
            let time = min(
                Double(slot + 1) * source.slot.seconds, (specification.duration + specification.drain).seconds)
            let offered = (min(time, specification.duration.seconds) * rate + 0.5).rounded(.down)
            let expected = min(offered, Double(limit.burst) + limit.perSecond * (time - first))
            if abs(delivered - expected) > abs(worst) { worst = delivered - expected }
        }
        return TheoryEstimate(worst)
    }
}

extension Histogram {
    /// A quantile by linear interpolation within its bucket: without the bias of taking a bucket's middle.
    func interpolated(atQuantile quantile: Double) -> Double? {
        let wanted = quantile * Double(count)
        var below = 0.0
        for bucket in buckets {
            let inside = Double(bucket.count)
            if below + inside >= wanted {
                let width = Double(bucket.highest - bucket.lowest + 1)
                return Double(bucket.lowest) + width * (wanted - below) / inside
            }
            below += inside
        }
        return nil
    }
}
