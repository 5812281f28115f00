// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels

extension Tables {
    static let policy = Table(
        name: "policy", title: "a policy",
        keys: [
            Key(
                "routes", .keyed(channelNames, what: "channel", .either(equivalents + [platforms])), .required,
                "Providers for each channel, and for each platform of push; a list of equals, or a map to weights (0: a stand-by)"
            ),
            Key("timeout", .positiveDuration, .defaults("10s"), "Time that one attempt may take"),
            Key(
                "waiting", .choice(Policy.Waiting.allCases.map(\.rawValue)), .defaults("park"),
                "What a notification in backoff holds: slot and offset, its offset, or neither"),
            Key(
                "retry-topic", .reference(.topic), .optional,
                "The topic of `waiting: retry-topic`; default one of its own"),
            Key(
                "deduplicate", .either([.none, .record(deduplicate)]), .defaults("none"),
                "By idempotency key, through a store"),
            Key(
                "retry", .either([.choice(["none"] + retryPresets), .record(retry)]), .defaults("{}"),
                "When a failed attempt is made again; the name of a preset, or its keys"),
            Key(
                "breaker", .either([.choice(["none"] + breakerPresets), .record(breaker)]), .defaults("none"),
                "A circuit breaker a provider; the name of a preset, or its keys"),
            Key(
                "limits", .keyedBy(.provider, .either([.positiveRate, .record(limit)])), .defaults("{}"),
                "Attempts per second at a provider, of the whole fleet"),
            Key(
                "outlier-ejection", .either([.none, .record(outlierEjection)]), .optional,
                "Passing over equivalents of a route that do worse than the others; default: none"),
            Key(
                "concurrency", .either([.choice(["none"] + concurrencyNames), .record(concurrencyLimit)]), .optional,
                "A limit on a replica's attempts under way at each provider that follows its answers; default: none"),
            Key(
                "suppress", .either([.none, .record(suppress)]), .optional,
                "Recipients whom a provider calls gone are not sent to any more, by strikes kept in a store; default: none"
            ),
            Key(
                "consent", .either([.none, .record(consent)]), .optional,
                "Recipients who object to a channel are not sent to, what is under way included; default: none"),
            Key(
                "order", .choice(OrderPolicy.allCases.map(\.rawValue)), .optional,
                "`key`: a recipient's next notification waits, without a slot, until the one before is settled; "
                    + "default: none"),
            Key(
                "max-deliveries", .either([.none, .integer(1...254)]), .optional,
                "Deliveries by the broker after which a notification is dead-lettered unseen; default: none"),
            Key("bulkheads", .record(bulkheads), .optional, "The most attempts of a replica under way at once"),
            Key("shed", .record(shed), .optional, "What is not even tried, by priority and by deadline"),
            Key(
                "fallback", .keyed(channelNames, what: "channel", .record(fallback)), .defaults("{}"),
                "Another channel when one has failed for good, or takes too long"),
        ] + routing)

    /// Equivalent providers: one, a list of equals, or a map to weights, of which 0 is a stand-by.
    private static let equivalents: [Kind] = [
        .reference(.provider), .list(.reference(.provider), atLeast: 1), .keyedBy(.provider, .integer(0...1_000_000)),
    ]
    private static let platforms = Kind.keyed(platformNames, what: "platform", .either(equivalents))

    static let deduplicate = Table(
        name: "deduplicate", title: "a de-duplication",
        keys: [
            Key("store", .reference(.store), .required, "Where keys are remembered"),
            Key("window", .positiveDuration, .defaults("24h"), "How long"),
            Key("timeout", .positiveDuration, .defaults("100ms"), "Time that a look-up may take"),
            Key(
                "on-failure", .choice(Policy.Deduplication.OnFailure.allCases.map(\.rawValue)), .defaults("open"),
                "When the look-up fails: `open` sends all the same, `closed` waits and looks again"),
        ])

    static let fallback = Table(
        name: "fallback", title: "a fallback",
        keys: [
            Key("to", .choice(channelNames), .required, "The other channel"),
            Key(
                "after", .positiveDuration, .optional,
                "At the latest this long after creation; default: only on failure"),
        ])

    static let fault = Table(
        name: "fault", title: "a fault",
        keys: [
            Key("at", .anyDuration, .required, "When it begins"),
            Key("for", .positiveDuration, .required, "How long it lasts"),
            Key("provider", .reference(.provider), .optional, "The provider that it strikes"),
            Key("store", .reference(.store), .optional, "The store that it strikes"),
            Key("link", .reference(.link), .optional, "The link that it strikes"),
            Key("broker", .reference(.broker), .optional, "The broker of which a node crashes"),
            Key("stage", .reference(.stage), .optional, "The stage of which replicas crash, or stand still"),
            Key("node", .integer(0...999), .optional, "broker: the node that crashes, from 0; default 0"),
            Key("replica", .integer(0...9_999), .optional, "stage: the first replica that crashes, from 0; default 0"),
            Key(
                "replicas", .either([.integer(1...10_000), .choice(["all"])]), .optional,
                "stage: how many crash; default 1"),
            Key("capacity", .anyShare, .optional, "provider, store: what is left of the capacity"),
            Key(
                "excess", .either([.choice(["queue", "reset"]), .answer]), .optional,
                "provider: what requests beyond the capacity get meanwhile"),
            Key("errors", .anyShare, .optional, "provider, store: share of calls that fail in addition"),
            Key("answer", .answer, .optional, "provider: the answer of these errors; default the dialect's own 500"),
            Key("since", stampRange, .optional, "provider: APNs' 410 says that the token has been invalid this long"),
            Key("latency", .factor(1...1_000_000_000_000), .optional, "provider, store, link: how many times as slow"),
            Key("delay", .anyDuration, .optional, "link: added each way; border: late by so much at most"),
            Key("loss", .anyShare, .optional, "link: share of requests, and of answers, that vanish in addition"),
            Key("pause", .boolean, .optional, "stage with `work`: replicas stand still instead, and go on afterwards"),
            Key(
                "objections", .share(1...1_000_000), .optional,
                "stage that delivers with `consent`: share of recipients who object, as long as it lasts"),
            Key(
                "channel", .choice(channelNames), .optional, "stage: the channel that they object to; default all"),
            Key(
                "border", .choice(BorderFault.Kind.allCases.map(\.rawValue)), .optional,
                "stage that delivers: what goes wrong between the delivery code and its host"),
            Key("share", .share(1...1_000_000), .optional, "border: how many of them"),
            Key("partition", .boolean, .optional, "link: nothing gets through"),
            Key("blackout", .boolean, .optional, "provider, store: no answer at all"),
        ], exactlyOneOf: [faultTargets.map(\.rawValue)])

    /// What a fault can strike.
    package static let faultTargets: [Entity] = [.provider, .store, .link, .broker, .stage]

    /// The keys that make sense for each target, beside `at` and `for`: those of the registered kinds.
    package static let faultKeys: [Entity: [String]] = {
        var keys: [Entity: [String]] = [:]
        for entity in faultTargets {
            for kind in FaultKind.all where kind.target.key == entity.rawValue {
                for key in kind.parameters.map(\.key) where keys[entity]?.contains(key) != true {
                    keys[entity, default: []].append(key)
                    // How long ago a 410 says it was goes with the answer.
                    if key == "answer" { keys[entity, default: []].append("since") }
                }
            }
        }
        return keys
    }()

    /// Every key that a fault may have.
    package static var allFaultKeys: [String] { fault.keyNames }
}
