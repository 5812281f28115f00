// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension Tables {
    static let priorityNames = Priority.allCases.map(\.name)
    static let zoneNames = TimeZoneTable.iana.all.map(\.name)
    /// As `choose-by` names them.
    static let choices: [(name: String, choice: ProviderChoice)] = [
        ("health", .health), ("quota", .quota), ("cost", .cost),
    ]
    private static let onFailure = Kind.choice(Policy.Deduplication.OnFailure.allCases.map(\.rawValue))
    private static let someChannels = Kind.list(.choice(channelNames), atLeast: 1)
    private static let bypass = Kind.either([.none, .choice(priorityNames)])

    /// Keys of a policy: where and when a notification goes, and before whom.
    static let routing: [Key] = [
        Key(
            "choose-by", .list(.choice(choices.map(\.name)), atLeast: 1), .optional,
            "What counts among available equivalents beside weights: recent failures, the quota left, the price"),
        Key(
            "prices", .keyedBy(.provider, .decimal(0...1_000)), .optional,
            "What a message costs at a provider, in a currency's units; others are free"),
        Key("money", .either([.none, .record(money)]), .optional, "What may be spent"),
        Key(
            "deadlines", .either([.choice(["none", "courier"]), .record(deadlines)]), .optional,
            "Nested: a provider's, a channel's, the message's; `courier`: 5min, 30min, 72h"),
        Key(
            "presence", .either([.none, .record(presence)]), .optional,
            "Who is in the app is told there first, and otherwise when they haven't looked"),
        Key(
            "quiet-hours", .either([.none, .record(quietHours)]), .optional,
            "Hours of the recipient's day in which nothing is sent"),
        Key("cap", .either([.none, .record(cap)]), .optional, "Notifications that a recipient gets at most"),
        Key(
            "collapse", .boolean, .optional,
            "Whether a notification replaces a waiting one with its collapse key; default false"),
        Key(
            "lanes", .either([.choice(["none", "strict"]), .record(lanes)]), .optional,
            "Who waits in a replica goes by priority (a topic's backlog does not); `strict`: the most urgent first, but what has "
                + "waited 10s before what came later"
        ),
        Key(
            "fair", .boolean, .optional, "Whether tenants take turns among those that wait in a replica; default false"),
    ]

    static let money = Table(
        name: "money", title: "a money budget",
        keys: [
            Key("budget", .decimal(0...1_000_000_000), .required, "What the whole fleet may spend in a period"),
            Key("period", .positiveDuration, .defaults("24h"), "From the start of the run on, one after the other"),
            Key(
                "when-used-up", .choice(MoneyPolicy.WhenUsedUp.allCases.map(\.rawValue)), .defaults("only-cheaper"),
                "`cheapest`: that one goes on beyond it; `only-cheaper`: what still fits; `none`: nothing that costs"),
        ])

    static let deadlines = Table(
        name: "deadlines", title: "nested deadlines",
        keys: [
            Key(
                "provider", .positiveDuration, .optional,
                "After so long with one provider an equivalent is preferred; default never"),
            Key("channel", .positiveDuration, .optional, "After so long on a channel the next is tried; default never"),
            Key("message", .positiveDuration, .optional, "After so long it is worth nothing; default its ttl"),
        ])

    static let presence = Table(
        name: "presence", title: "a presence",
        keys: [
            Key("store", .reference(.store), .required, "Where it is known when recipients were last in the app"),
            Key("channels", someChannels, .optional, "Channels before which the app is tried; default push"),
            Key("recency", .positiveDuration, .defaults("60s"), "Whoever was seen within this time is there"),
            Key(
                "seen-within", .either([.none, .positiveDuration]), .defaults("30s"),
                "How long it may stay unseen in the app; `none`: the app is the end of the matter"),
            Key("timeout", .positiveDuration, .defaults("100ms"), "Time that a look-up may take"),
            Key(
                "on-failure", onFailure, .defaults("open"),
                "When the look-up fails: `open` goes on its own channel, `closed` waits and looks again"),
        ])

    static let quietHours = Table(
        name: "quiet-hours", title: "quiet hours",
        keys: [
            Key("begin", .timeOfDay, .defaults("21:00"), "On the recipient's clock"),
            Key("end", .timeOfDay, .defaults("08:00"), "On the recipient's clock; on the next day where it is earlier"),
            Key("channels", someChannels, .optional, "Where they count; default push and sms"),
            Key("bypass", bypass, .defaults("critical"), "What is at least this urgent is sent all the same"),
            Key("spread", .anyDuration, .defaults("0s"), "What was held back goes out over this time"),
            Key("zone", .choice(zoneNames), .defaults("UTC"), "For recipients of whom none is known (IANA)"),
            Key(
                "starts", .dateAndTime, .defaults("2026-01-01T00:00Z"),
                "The date and time at which the run begins, in UTC"),
        ])

    static let cap = Table(
        name: "cap", title: "a frequency cap",
        keys: [
            Key("store", .reference(.store), .required, "Where notifications are counted, for the whole fleet"),
            Key("limit", .integer(1...10_000), .required, "Notifications a recipient in any window"),
            Key("window", .positiveDuration, .defaults("24h"), "How long one counts"),
            Key("channels", someChannels, .optional, "Where it counts; default everywhere"),
            Key("bypass", bypass, .defaults("critical"), "What is at least this urgent is sent and not counted"),
            Key("timeout", .positiveDuration, .defaults("100ms"), "Time that a look-up may take"),
            Key(
                "on-failure", onFailure, .defaults("open"),
                "When the look-up fails: `open` sends all the same, `closed` waits and asks again"),
        ])

    static let lanes = Table(
        name: "lanes", title: "priority lanes",
        keys: [
            Key(
                "ageing", .either([.none, .positiveDuration]), .optional,
                "What has waited so long goes before all that came later; default 10s"),
            Key(
                "weights", .keyed(priorityNames, what: "priority", .integer(1...1_000_000)), .optional,
                "Lanes take turns by these instead; those not given have 1"),
        ])

    static let visits = Table(
        name: "visits", title: "visits to the app",
        keys: [
            Key("share", .anyShare, .required, "How many recipients are in the app at any time"),
            Key("visit", .positiveDuration, .defaults("5min"), "How long they stay"),
            Key("glance", .positiveDuration, .defaults("20s"), "How often they look while there"),
        ])

    /// Keys of a workload that policies look at.
    static let audience: [Key] = [
        Key(
            "priority", .either([.choice(priorityNames), .keyed(priorityNames, what: "priority", .anyShare)]),
            .optional,
            "How urgent, or shares; sum 100%; default normal"),
        Key(
            "zones", .keyed(zoneNames, what: "time zone", .anyShare), .optional,
            "Where recipients live (IANA names); shares, sum 100%"),
        Key(
            "collapse-keys", .integer(0...1_000_000_000), .optional,
            "How many collapse keys a recipient's notifications have; default none"),
        Key("in-app", .record(visits), .optional, "When recipients are in the app; default never"),
        Key("renewals", .record(renewals), .optional, "Recipients who register their token anew; default never"),
        Key(
            "ordered", .boolean, .optional,
            "Recipients are the keys that choose partitions, and deliveries out of their order are counted"),
    ]

    static let renewals = Table(
        name: "renewals", title: "renewals of tokens",
        keys: [
            Key("share", .anyShare, .required, "Share of recipients who do so"),
            Key("within", .positiveDuration, .defaults("1h"), "Their token is never older than this"),
        ])
}
