// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GalePrimitives

/// What `explore:` of a scenario says: which values a drawn world may have, and how much goes wrong in it.
public struct Exploration: Equatable, Sendable {
    /// By path, in the scenario's order.
    public var ranges: [ExplorationRange] = []
    /// How many faults a world has.
    public var faults: ClosedRange<Int> = 5...5
    /// Families of which no fault is drawn.
    public var without: [FaultKind.Family] = []
    /// The beginning of the load that is left without faults, so that it can be seen what the pipeline is like in its steady state.
    public var warmUp: Interval
    /// The end of the load that is left without faults, so that the pipeline can be seen to recover.
    public var calm: Interval
    /// Whether half of the worlds shuffle events that are due at the same instant.
    public var shufflesTies = true

    init(duration: Interval) {
        warmUp = .milliseconds(duration.nanoseconds / 6_000_000)
        calm = Interval(nanoseconds: duration.nanoseconds / 3)
    }

    /// Keys of `explore:` that are no paths.
    static let settings: [(name: String, about: String)] = [
        ("faults", "How many faults a world has: 5, or 2..8; default 5"),
        (
            "without",
            "Families of faults that are not drawn, of: "
                + FaultKind.Family.allCases.map(\.rawValue).joined(separator: ", ") + "; default none"
        ),
        ("warm-up", "How long the load lasts before the first fault begins; default a sixth of it"),
        ("calm", "How long the load goes on after the last fault has ended; default a third of it"),
        ("ties", "Whether half of the worlds shuffle what is due at the same instant; default true"),
        ("expect", "What must hold in every drawn world, beside the invariants; default nothing: `expect` is tuned"),
    ]

    static let aboutPaths =
        "A path as with --set, and what is drawn for it: a range such as 2..12, 500/s..2k/s or 10ms..1s, or a list of values"

    /// Parts of a scenario whose values can be drawn.
    static let sections = [
        "duration", "drain", "workloads", "brokers", "topics", "stores", "links", "stages", "providers", "policies",
    ]
}

/// One path, and what may be drawn for it.
public struct ExplorationRange: Equatable, Sendable {
    public var path: String
    var values: Values
    /// Where it is written.
    var place: Place

    enum Values: Sendable {
        case quantity(ClosedRange<Int64>, QuantityForm)
        /// Millionths; written as a plain number.
        case decimal(ClosedRange<Int64>)
        case choices([Tree])
    }

    public static func == (left: ExplorationRange, right: ExplorationRange) -> Bool {
        left.path == right.path && left.words == right.words
    }

    /// What may come out, in words: `2..12`.
    public var words: String {
        switch values {
        case .quantity(let range, let form): form.text(range.lowerBound) + ".." + form.text(range.upperBound)
        case .decimal(let range):
            QuantityText.decimal(micros: range.lowerBound) + ".." + QuantityText.decimal(micros: range.upperBound)
        case .choices(let trees): "one of " + trees.map { TreeText.flow($0) }.joined(separator: ", ")
        }
    }

    /// The value that a uniform word gives. Wide ranges are drawn by their magnitude: 10ms..10s gives each decade alike.
    public func value(_ word: UInt64) -> ScenarioValue {
        switch values {
        case .quantity(let range, let form): drawn(form.text(Self.draw(range, word)))
        case .decimal(let range): drawn(QuantityText.decimal(micros: Self.draw(range, word)))
        case .choices(let trees): ScenarioValue(tree: trees[Self.place(word, trees.count)])
        }
    }

    /// What is wrong with it is wrong with the range.
    private func drawn(_ text: String) -> ScenarioValue { ScenarioValue(tree: Tree(.scalar(text), at: place)) }

    /// Values that bound what can come out: a check of all of them finds what is wrong with the range.
    var bounds: [Tree] {
        switch values {
        case .quantity(let range, let form):
            [range.lowerBound, range.upperBound].map { Tree(.scalar(form.text($0)), at: place) }
        case .decimal(let range):
            [range.lowerBound, range.upperBound].map {
                Tree(.scalar(QuantityText.decimal(micros: $0)), at: place)
            }
        case .choices(let trees): trees
        }
    }

    /// A place in a list of this many.
    package static func place(_ word: UInt64, _ count: Int) -> Int {
        Int(word.multipliedFullWidth(by: UInt64(count)).high)
    }

    /// A number in the range, with three significant digits where that leaves it inside.
    package static func draw(_ range: ClosedRange<Int64>, _ word: UInt64) -> Int64 {
        let (low, high) = (range.lowerBound, range.upperBound)
        guard low < high else { return low }
        var value: Int64
        if low > 0, high / low >= 16 {
            let share = Double(word >> 11) / Double(1 << 53)
            value = Int64(Double(low) * PortableMath.power(Double(high) / Double(low), share))
        } else {
            value = low + Int64(word.multipliedFullWidth(by: UInt64(high - low) + 1).high)
        }
        value = min(max(value, low), high)
        var step: Int64 = 1
        while value / step >= 1_000 { step *= 10 }
        let rounded = value / step * step
        return range.contains(rounded) ? rounded : value
    }
}

/// How a quantity is written.
enum QuantityForm: CaseIterable, Sendable {
    case count, duration, rate, share, factor, size

    func value(_ text: String) -> Int64? {
        do throws(Quantity.Problem) {
            switch self {
            case .count: return try Quantity.count(text)
            case .duration: return try Quantity.duration(text)
            case .rate: return try Quantity.rate(text)
            case .share: return text.hasSuffix("%") ? try Quantity.share(text) : nil
            case .factor: return text.hasSuffix("x") ? try Quantity.factor(text) : nil
            case .size: return try Quantity.size(text)
            }
        } catch {
            return nil
        }
    }

    func text(_ value: Int64) -> String {
        switch self {
        case .count: QuantityText.count(value)
        case .duration: QuantityText.duration(value)
        case .rate: QuantityText.rate(micros: value)
        case .share: QuantityText.share(micros: value)
        case .factor: QuantityText.factor(micros: value)
        case .size: QuantityText.size(value)
        }
    }
}
