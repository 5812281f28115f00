// SPDX-License-Identifier: Apache-2.0
import CGalePrefetch
import GaleMeasurement
import GalePrimitives

extension Recorder {
    init(
        slots: Int, slot: Interval, phases: [Measurements.Phase], stages: Int, providers: Int, stores: Int, topics: Int
    ) {
        let subjects = Self.channels + stages + providers
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                slotNanoseconds: slot.nanoseconds, slotCount: slots, phaseCount: phases.count, subjectCount: subjects,
                slot: 0, phaseCounters: Self.zeroed(phases.count * Self.channels * Entry.count),
                slotCounters: Self.zeroed(slots * Self.channels * Entry.count),
                phaseLatency: .allocate(capacity: subjects * phases.count),
                slotLatency: .allocate(capacity: subjects * slots),
                noted: .allocate(capacity: Self.notedCapacity),
                notedBuckets: .allocate(capacity: Self.notedCapacity),
                throughput: Self.zeroed(slots * Self.channels), spans: Self.zeroed(Self.channels * 8),
                phaseStarts: .allocate(capacity: phases.count),
                providerSlots: .allocate(capacity: max(1, slots * providers)),
                providerTotals: .allocate(capacity: max(1, providers)), providerCount: providers,
                answers: .allocate(capacity: max(1, providers * Self.answerCapacity)),
                storeSlots: .allocate(capacity: max(1, slots * stores)), storeCount: stores,
                backlogs: .allocate(capacity: max(1, slots * topics)), topicCount: topics,
                unsettled: Self.zeroed(slots)))
        for (place, phase) in phases.enumerated() {
            (state.pointee.phaseStarts + place).initialize(to: phase.start.nanoseconds)
        }
        for place in 0..<subjects * phases.count {
            (state.pointee.phaseLatency + place).initialize(to: Histogram(growing: Int(Self.phaseLayout.subBucketBits)))
        }
        state.pointee.slotLatency.initialize(repeating: nil, count: subjects * slots)
        state.pointee.providerSlots.initialize(repeating: ProviderCounts(), count: max(1, slots * providers))
        state.pointee.providerTotals.initialize(repeating: ProviderCounts(), count: max(1, providers))
        state.pointee.answers.initialize(
            repeating: AnswerCount(), count: max(1, providers * Self.answerCapacity))
        state.pointee.storeSlots.initialize(repeating: (0, 0), count: max(1, slots * stores))
        state.pointee.backlogs.initialize(repeating: (0, 0), count: max(1, slots * topics))
    }

    private static func zeroed(_ count: Int) -> UnsafeMutablePointer<Int64> {
        let block = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, count))
        block.initialize(repeating: 0, count: max(1, count))
        return block
    }

    /// Puts every latency that was noted into its histograms.
    @inline(never)
    func fillHistograms() {
        let (noted, count, buckets) = (state.pointee.noted, state.pointee.notedCount, state.pointee.notedBuckets)
        let (phaseLatency, slotLatency) = (state.pointee.phaseLatency, state.pointee.slotLatency)
        state.pointee.notedCount = 0
        // Buckets that have left the cache are asked for together.
        for index in 0..<count {
            let bucket = Self.phaseLayout.index(of: noted[index].latency)
            buckets[index] = bucket
            gale_prefetch(phaseLatency[Int(noted[index].phase)].address(of: bucket))
        }
        for index in 0..<count {
            let (note, bucket) = (noted[index], buckets[index])
            phaseLatency[Int(note.phase)].record(note.latency, in: bucket)
            let place = slotLatency + Int(note.slot)
            if place.pointee == nil { place.initialize(to: Histogram(growing: Int(Self.slotLayout.subBucketBits))) }
            let histogram = place.pointee.unsafelyUnwrapped
            if let coarse = Self.slotLayout.bucket(holding: bucket, of: Self.phaseLayout) {
                histogram.record(note.latency, in: coarse)
            } else {
                histogram.record(note.latency)
            }
        }
    }

    /// Books a topic's backlog in the clock's slot.
    func backlog(_ topic: Int, _ amount: Int64) {
        let place = state.pointee.backlogs + (state.pointee.slot * state.pointee.topicCount + topic)
        place.pointee = (amount, max(place.pointee.highest, amount))
    }

    func deallocate() {
        for place in 0..<state.pointee.subjectCount * state.pointee.phaseCount {
            state.pointee.phaseLatency[place].deallocate()
        }
        for place in 0..<state.pointee.subjectCount * state.pointee.slotCount {
            state.pointee.slotLatency[place]?.deallocate()
        }
        state.pointee.phaseCounters.deallocate()
        state.pointee.slotCounters.deallocate()
        state.pointee.phaseLatency.deallocate()
        state.pointee.slotLatency.deallocate()
        state.pointee.noted.deallocate()
        state.pointee.notedBuckets.deallocate()
        state.pointee.throughput.deallocate()
        state.pointee.spans.deallocate()
        state.pointee.phaseStarts.deallocate()
        state.pointee.providerSlots.deallocate()
        state.pointee.providerTotals.deallocate()
        state.pointee.answers.deallocate()
        state.pointee.storeSlots.deallocate()
        state.pointee.backlogs.deallocate()
        state.pointee.unsettled.deallocate()
        state.deallocate()
    }
}
