// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleProviders

extension Tables {
    static let provider = Table(
        name: "provider", title: "a provider", keys: [profileKey] + providerKeys + [linkKey])

    static let dialectNames = ["apns", "fcm", "sms", "smtp", "gateway"]

    /// What a profile says of a provider, and a scenario may say otherwise.
    static let providerKeys = [
        Key("dialect", .choice(dialectNames), .fromProfile, "Whose status codes and reasons it answers with"),
        Key("latency", .distribution(.time), .fromProfile, "From a request's arrival to the answer when nothing waits"),
        Key(
            "capacity", .either([.positiveRate, .choice(["unbounded"])]), .defaults("unbounded"),
            "Requests per second that it can serve"),
        Key("maximum-wait", .anyDuration, .defaults("1s"), "What would wait longer is excess"),
        Key(
            "excess", .either([.choice(["queue", "reset"]), .answer]), .defaults("queue"),
            "What requests beyond the capacity get: wait without bound, a reset connection, or this answer"),
        Key(
            "quota", .either([.positiveRate, .none, .record(quota)]), .defaults("none"),
            "What it allows, apart from what it can serve; a plain rate replaces count and window"),
        Key("outcomes", .list(.record(outcome), atLeast: 0), .defaults("[]"), "Answers that occur without any fault"),
        Key(
            "retry-after", .either([.anyDuration, .none]), .defaults("none"), "Retry-After of its 429 and 503"),
        Key("weather", .decimal(0...5), .defaults("0"), "Sigma of the lognormal factor per second on its latency"),
        Key("error-weather", .decimal(0...5), .defaults("0"), "The same on the shares of its `call` outcomes"),
        Key("rejection-cost", .anyShare, .defaults("2%"), "What turning away costs, of the work of serving"),
        Key("rejection-latency", .anyShare, .defaults("10%"), "How long turning away takes, of the latency drawn"),
        Key(
            "answers", .choice(["after-work", "on-admission"]), .defaults("after-work"),
            "Whether success is said after the work, or on admission to the line"),
        Key(
            "concurrency", .either([.none, .record(concurrency)]), .defaults("none"), "Requests under way at once"),
        Key(
            "greylisting", .either([.none, .record(greylisting)]), .defaults("none"),
            "Mail servers that turn first contacts away"),
    ]

    static let quota = Table(
        name: "quota", title: "a quota",
        keys: [
            Key("count", .integer(1...1_000_000_000_000), .required, "Requests in one window"),
            Key("window", .positiveDuration, .required, "The window"),
            Key(
                "refill", .choice(["steady", "at-once"]), .defaults("steady"),
                "Whether it trickles back or returns at the end of a window"),
            Key("burst", .integer(1...1_000_000_000_000), .optional, "How much of a steady quota can be saved up"),
            Key("answer", .answer, .required, "What a request beyond it gets"),
        ])

    static let outcome = Table(
        name: "outcome", title: "an outcome",
        keys: [
            Key("answer", .answer, .required, "The answer"),
            Key("share", .anyShare, .required, "How often"),
            Key(
                "layer", .choice(ProviderProfile.OutcomeRate.Layer.allCases.map(\.rawValue)), .defaults("call"),
                "Whether it is a property of the recipient, or drawn for each call"),
            Key(
                "since", stampRange, .optional,
                "APNs' 410: how long it says that the token has been invalid; default 0s"),
        ])

    /// How far back a 410's time stamp may lie.
    static let stampRange = Kind.duration(0...(20 * 86_400_000_000_000))

    static let concurrency = Table(
        name: "concurrency", title: "a concurrency limit",
        keys: [
            Key("limit", .integer(1...1_048_576), .required, "Requests under way at once"),
            Key("answer", .answer, .required, "What one more gets"),
        ])

    static let greylisting = Table(
        name: "greylisting", title: "a greylisting",
        keys: [
            Key("share", .anyShare, .required, "Share of recipients whose server does so"),
            Key("delay", .anyDuration, .required, "A retry is welcome after this"),
            Key("memory", .positiveDuration, .required, "How long a first contact is remembered"),
            Key("answer", .answer, .required, "What a first contact gets"),
        ])

    /// What stands in a profile file, by its `kind`.
    static func profile(_ kind: ProfileKind) -> Table {
        let keys =
            switch kind {
            case .provider: providerKeys
            case .store: storeKeys
            case .kafka: kafkaKeys
            case .direct: [Key]()
            }
        return Table(
            name: "\(kind.rawValue)-profile", title: "a profile",
            keys: [
                Key("kind", .choice(ProfileKind.allCases.map(\.rawValue)), .required, "What it is a profile of"),
                Key("about", .text, .optional, "One sentence for people"),
            ] + keys)
    }
}

/// What a profile describes.
enum ProfileKind: String, CaseIterable, Sendable {
    case provider, kafka, direct, store

    /// The section whose entries may name it.
    var entity: Entity {
        switch self {
        case .provider: .provider
        case .kafka, .direct: .broker
        case .store: .store
        }
    }
}
