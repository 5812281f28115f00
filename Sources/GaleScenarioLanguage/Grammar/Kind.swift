// SPDX-License-Identifier: Apache-2.0

/// What may stand at a place of a scenario. The checker and the JSON Schema are both made from these descriptions, so
/// they cannot drift apart.
indirect enum Kind: Sendable {
    /// Free text.
    case text
    case boolean
    /// A count: `24`, `3M`.
    case integer(ClosedRange<Int64>)
    /// Nanoseconds.
    case duration(ClosedRange<Int64>)
    /// Millionths per second.
    case rate(ClosedRange<Int64>)
    /// Millionths; written in percent.
    case share(ClosedRange<Int64>)
    /// Millionths: `3x`.
    case factor(ClosedRange<Int64>)
    /// Bytes.
    case size(ClosedRange<Int64>)
    case decimal(ClosedRange<Double>)
    case choice([String])
    case distribution(DistributionText.Unit)
    /// A provider's answer: `503 ServiceUnavailable`.
    case answer
    /// `08:00`.
    case timeOfDay
    /// `2026-03-28T20:00Z`.
    case dateAndTime
    /// `none` or `zipf 1.1`.
    case skew
    /// A name declared in a section.
    case reference(Entity)
    /// One line of `expect:`.
    case expectation
    /// Paths to values, as `--set` has them.
    case assignments
    /// What exploration draws: paths to ranges, and settings.
    case exploration
    case record(Table)
    /// A map from names that it declares.
    case named(Entity, Kind)
    /// A map with keys from a fixed list.
    case keyed([String], what: String, Kind)
    /// A map whose keys are names declared in a section.
    case keyedBy(Entity, Kind)
    case list(Kind, atLeast: Int)
    /// A list of fixed length.
    case tuple([Kind])
    case either([Kind])

    static let none = Kind.choice(["none"])

    static let nanosecondsLimit: Int64 = 365 * 86_400_000_000_000
    static let positiveDuration = Kind.duration(1...nanosecondsLimit)
    static let anyDuration = Kind.duration(0...nanosecondsLimit)
    /// At most 1 G/s.
    static let positiveRate = Kind.rate(1...1_000_000_000_000_000)
    static let anyRate = Kind.rate(0...1_000_000_000_000_000)
    static let anyShare = Kind.share(0...1_000_000)

    var isScalar: Bool {
        switch self {
        case .record, .named, .keyed, .keyedBy, .list, .tuple, .assignments, .exploration: false
        case .either(let kinds): kinds.allSatisfy(\.isScalar)
        default: true
        }
    }

    /// In a list of these each may stand once.
    var isDistinct: Bool {
        switch self {
        case .choice, .reference: true
        default: false
        }
    }

    /// Names of which there are more than this are not all told.
    static let manyNames = 40

    private static func some(_ names: [String]) -> String {
        if names.count <= manyNames { return names.joined(separator: ", ") }
        return names.prefix(3).joined(separator: ", ") + " and so on, \(names.count) in all"
    }

    /// In words, with an example: `a duration, such as 20ms or 3min`.
    var expected: String {
        switch self {
        case .text: "a text"
        case .boolean: "true or false"
        case .integer: "a whole number, such as 24 or 3M"
        case .duration: "a duration with its unit (ns, us, ms, s, min, h, d), such as 20ms or 3min"
        case .rate: "a rate with its unit (/s, /min, /h), such as 120k/s"
        case .share: "a share in percent, such as 5%"
        case .factor: "a factor, such as 3x"
        case .size: "a size with its unit (B, KiB, MiB, GiB, kB, MB, GB), such as 64KiB"
        case .decimal: "a plain number, such as 0.5"
        case .choice(let words): words.count == 1 ? "'\(words[0])'" : "one of " + Self.some(words)
        case .distribution(let unit): "a distribution of \(unit.words), such as \(unit.example)"
        case .answer: "an answer, such as 503 or '410 Unregistered'"
        case .timeOfDay: "hours and minutes, such as 21:00"
        case .dateAndTime: "a date and time in UTC from 2020 on, such as 2026-03-28T20:00Z"
        case .skew: "'none' or a Zipf exponent, such as zipf 1.1"
        case .reference(let entity): "the name of \(entity.withArticle)"
        case .expectation: "an expectation, such as 'lost = 0'"
        case .assignments: "a map of paths to values, such as {policies.standard.retry.budget: none}"
        case .exploration: "a map of paths to ranges, such as {stages.sender.replicas: 2..12}, and settings"
        case .record(let table): "a map (\(table.title)) with keys such as \(table.someKeys)"
        case .named(let entity, _): "a map of names to \(entity.plural)"
        case .keyed(let keys, let what, _): "a map with a \(what) as key (\(Self.some(keys)))"
        case .keyedBy(let entity, _): "a map with the names of \(entity.plural) as keys"
        case .list(let kind, _): "a list of which each is \(kind.expected)"
        case .tuple(let kinds): "a list of \(kinds.count): " + kinds.map(\.expected).joined(separator: ", then ")
        case .either(let kinds): kinds.map(\.expected).joined(separator: "; or ")
        }
    }
}

/// What a scenario declares by name.
package enum Entity: String, CaseIterable, Sendable {
    case workload, broker, topic, store, link, stage, provider, policy, fault, variant

    /// The section that declares them.
    var section: String { self == .policy ? "policies" : rawValue + "s" }
    var plural: String { section }
    var withArticle: String { "a " + rawValue }
}
