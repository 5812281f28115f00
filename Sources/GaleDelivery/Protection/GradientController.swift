// SPDX-License-Identifier: Apache-2.0

/// Envoy's adaptive concurrency (`adaptive_concurrency/controller/gradient_controller.cc`; the proto's defaults), for `ConcurrencyLimit`.
///
/// At the end of each update interval in which answers came: g = clamp((minRTT + buffer) / sampleRTT, ½, 2) and
/// limit ← g · limit + √(g · limit), between the least and the most, with sampleRTT the answers' percentile. Every probe interval, with
/// jitter, minRTT is measured anew: the limit is the least one until so many answers have come of attempts begun since; minRTT is their
/// percentile, and the limit is what it was before. So it begins, too; and when the limit has been at its least for five updates.
///
/// Envoy's timers are looked at when an answer comes, as nothing that they change matters before. Percentiles come from a histogram
/// with 32 bins an octave, interpolated, as Envoy's (libcircllhist) has about as many.
///
/// - Complexity: O(1) an answer, O(bins) an update. 4 KB.
struct GradientController {
    /// Of round trips: 32 bins for each octave from 1 µs to 73 min, in nanoseconds.
    private static let octaves = 32
    private static let binsPerOctave = 32
    private static let binCount = octaves * binsPerOctave
    private static let firstOctave = 10
    /// `consecutive_min_concurrency_set_`.
    private static let mostAtLeast = 5

    private let least: Double
    private let most: Double
    private let quantile: Double
    private let buffer: Double
    private let updateInterval: Int64
    private let probeInterval: Int64
    private let probeJitter: Double
    private let probeAnswers: Int64
    /// Nil before the first answer: what is never used takes no memory.
    private var bins: UnsafeMutablePointer<UInt32>?

    private(set) var limit: Double
    /// A new random word is wanted (`renewJitter`).
    private(set) var wantsJitter = true
    /// Whether the least round trip is being measured.
    private(set) var isProbing = true
    /// Nanoseconds; 0: not known.
    private(set) var leastRoundTrip = 0.0
    private var deferred: Double
    /// Answers to attempts begun before don't count.
    private var epoch: Int64 = .min
    private var count: Int64 = 0
    private var updateAt: Int64 = 0
    private var probeAt: Int64 = 0
    private var jitter = 0.0
    private var updatesAtLeast = 0

    init(_ policy: ConcurrencyPolicy) {
        least = Double(max(1, policy.minimum))
        most = max(least, Double(policy.maximum))
        limit = least
        deferred = min(max(Double(policy.initial), least), most)
        quantile = Double(min(max(0, policy.percentileMicros), 1_000_000)) / 1_000_000
        buffer = Double(max(0, policy.bufferMicros)) / 1_000_000
        updateInterval = min(max(1, policy.updateInterval.nanoseconds), .max / 8)
        probeInterval = min(max(1, policy.probeInterval.nanoseconds), .max / 8)
        probeJitter = Double(min(max(0, policy.probeJitterMicros), 1_000_000)) / 1_000_000
        probeAnswers = Int64(max(1, policy.probeAnswers))
    }

    func deallocate() { bins?.deallocate() }

    /// Memory beyond its own.
    var bytes: Int { bins == nil ? 0 : Self.binCount * MemoryLayout<UInt32>.stride }

    /// How much later the next probe begins, from a uniform word.
    mutating func renewJitter(_ random: UInt64) {
        jitter = Double(random >> 11) * 0x1p-53
        wantsJitter = false
    }

    mutating func record(roundTrip: Int64, at now: Int64) {
        if !isProbing && now >= probeAt { beginProbe(now) }
        if !isProbing && now >= updateAt { update(now) }
        if now - roundTrip < epoch { return }
        (bins ?? makeBins())[Self.bin(roundTrip)] += 1
        count += 1
        if isProbing && count >= probeAnswers { endProbe(now) }
    }

    private mutating func beginProbe(_ now: Int64) {
        isProbing = true
        epoch = now
        deferred = limit
        limit = least
        updatesAtLeast = 0
        clear()
    }

    private mutating func endProbe(_ now: Int64) {
        leastRoundTrip = percentile()
        clear()
        isProbing = false
        limit = deferred
        updatesAtLeast = 0
        probeAt = now + probeInterval + Int64(jitter * probeJitter * Double(probeInterval))
        wantsJitter = true
        updateAt = now + updateInterval
    }

    private mutating func update(_ now: Int64) {
        updateAt = now - (now - updateAt) % updateInterval + updateInterval
        if count == 0 { return }
        let sample = percentile()
        clear()
        let gradient = max(0.5, min(2, (leastRoundTrip + leastRoundTrip * buffer) / sample))
        let next = limit * gradient
        let value = min(max((next + next.squareRoot()).rounded(.down), least), most)
        updatesAtLeast = limit == least && value == least ? updatesAtLeast + 1 : 0
        limit = value
        if updatesAtLeast >= Self.mostAtLeast { probeAt = now }
    }

    private mutating func clear() {
        bins?.update(repeating: 0, count: Self.binCount)
        count = 0
    }

    @inline(never)
    private mutating func makeBins() -> UnsafeMutablePointer<UInt32> {
        let bins = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.binCount)
        bins.initialize(repeating: 0, count: Self.binCount)
        self.bins = bins
        return bins
    }

    // MARK: The histogram

    private static func bin(_ roundTrip: Int64) -> Int {
        let value = UInt64(min(max(roundTrip, 1 << Int64(firstOctave)), 1 << Int64(firstOctave + octaves) - 1))
        let octave = 63 - value.leadingZeroBitCount
        return (octave - firstOctave) * binsPerOctave + Int(value >> UInt64(octave - 5) & 31)
    }

    private static func lowerEnd(_ bin: Int) -> Double {
        Double((32 + UInt64(bin % binsPerOctave)) << UInt64(bin / binsPerOctave + firstOctave - 5))
    }

    /// Of what is in the histogram, which is something; positive.
    private func percentile() -> Double {
        guard let bins else { preconditionFailure("there are bins when there is a count") }
        var before = 0.0
        let wanted = quantile * Double(count)
        for bin in 0..<Self.binCount where bins[bin] > 0 {
            let inside = Double(bins[bin])
            if before + inside >= wanted {
                let (low, high) = (Self.lowerEnd(bin), Self.lowerEnd(bin + 1))
                return low + (high - low) * max(0, (wanted - before) / inside)
            }
            before += inside
        }
        preconditionFailure("the bins hold as many as were counted")
    }
}
