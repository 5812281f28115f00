// SPDX-License-Identifier: Apache-2.0

extension MistakeTests {
    private static func regression(_ name: String, _ keys: String, says: [String], suggests: String? = nil) -> Mistake {
        Mistake(name, "seed: 1", "seed: 1\nregression: \(keys)", says: says, suggests: suggests)
    }

    /// Causes that no run can have: it would never be found, and always look mended.
    static let regressions: [Mistake] = [
        regression(
            "a cause that is nothing", "{violates: ¦nonsense}",
            says: ["no run fails of 'nonsense'", "expectation: lost = 0; ", "recovery: metastable", "no result: …"]),
        regression(
            "a mistyped invariant", "{violates: ¦\"durabilty: outbox\"}", says: ["no run fails of"],
            suggests: "durability: acknowledged and lost"),
        regression(
            "an invariant of what it is never about", "{violates: ¦\"ledger: app\"}",
            says: ["no run fails of 'ledger: app'"]),
        regression(
            "an invariant of a stage that is not there", "{violates: ¦\"fairness: stage nowhere\"}",
            says: ["no run fails of 'fairness: stage nowhere'"]),
        regression(
            "a mark that is nothing", "{violates: \"expectation: lost = 0\", marks: [¦a cow jumped]}",
            says: ["no run reaches 'a cow jumped'", "notifications are submitted"]),
        regression(
            "a number for a mark", "{violates: \"expectation: lost = 0\", marks: [¦42]}",
            says: ["no run reaches '42'"]),
        regression(
            "a mark of a fault that is not there",
            "{violates: \"expectation: lost = 0\", marks: [¦fault fault-9 changes decisions]}",
            says: ["no run reaches 'fault fault-9 changes decisions'"]),
        regression(
            "a mistyped mark", "{violates: \"expectation: lost = 0\", marks: [¦notifications are submited]}",
            says: ["no run reaches"], suggests: "notifications are submitted"),
        regression(
            "an invariant alone", "{violates: ¦durability}", says: ["no run fails of 'durability'"]),
        regression(
            "an expectation without its word", "{violates: ¦lost = 0}", says: ["no run fails of 'lost = 0'"],
            suggests: "expectation: lost = 0"),
        regression(
            "an expectation that the scenario does not have", "{violates: ¦\"expectation: lost = 1\"}",
            says: ["no run fails of"], suggests: "expectation: lost = 0"),
        regression(
            "a mistyped recovery", "{violates: ¦\"recovery: metastabel\"}", says: ["no run fails of"],
            suggests: "recovery: metastable"),
        regression(
            "mended without marks", "¦{violates: \"expectation: lost = 0\", expected: fixed}",
            says: ["needs marks", "keep the marks"]),
    ]
}
