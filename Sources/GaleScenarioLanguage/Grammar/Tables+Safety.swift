// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension Tables {
    static let consent = Table(
        name: "consent", title: "a consent",
        keys: [
            Key("store", .reference(.store), .required, "Where objections are kept"),
            Key("timeout", .positiveDuration, .defaults("100ms"), "Time that a look-up may take"),
            Key(
                "on-failure", .choice(Policy.Deduplication.OnFailure.allCases.map(\.rawValue)), .defaults("closed"),
                "When the look-up fails: `closed` waits and looks again, `open` sends all the same"),
        ])

    static let suppress = Table(
        name: "suppress", title: "a suppression",
        keys: [
            Key("store", .reference(.store), .required, "Where strikes are kept"),
            Key("strikes", .integer(1...100), .defaults("2"), "Permanent answers after which nothing is sent any more"),
            Key("graylist", .positiveDuration, .defaults("168h"), "How long nothing is sent after a strike"),
            Key("retention", .positiveDuration, .defaults("8760h"), "How long a record is kept after the last strike"),
            Key(
                "ceiling", .share(1...1_000_000), .defaults("10%"),
                "With a larger share of permanent answers a provider is not believed: no strike counts"),
            Key("window", .positiveDuration, .defaults("1min"), "Over this time"),
            Key("minimum-answers", .integer(1...1_000_000), .defaults("100"), "Below which it is always believed"),
            Key("timeout", .positiveDuration, .defaults("100ms"), "Time that a look-up may take"),
            Key(
                "on-failure", .choice(Policy.Deduplication.OnFailure.allCases.map(\.rawValue)), .defaults("open"),
                "When the look-up fails: `open` sends all the same, `closed` waits and looks again"),
        ])
}
