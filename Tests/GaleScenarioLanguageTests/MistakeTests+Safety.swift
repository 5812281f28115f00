// SPDX-License-Identifier: Apache-2.0

extension MistakeTests {
    private static func policy(_ name: String, _ line: String, says: [String], suggests: String? = nil) -> Mistake {
        Mistake(name, "waiting: park", "waiting: park\n    \(line)", says: says, suggests: suggests)
    }

    static let safety: [Mistake] = [
        policy("a suppression without a store", "¦suppress: {strikes: 2}", says: ["store"]),
        policy("a suppression in no store", "suppress: {store: ¦sen}", says: ["sen"], suggests: "seen"),
        policy("no strikes at all", "suppress: {store: seen, strikes: ¦0}", says: ["1"]),
        policy("an order that there is not", "order: ¦keys", says: ["key"], suggests: "key"),
        Mistake(
            "an order through a retry topic", "waiting: park", "waiting: retry-topic\n    order: ¦key",
            says: ["out of its place", "waiting: park"]),
        policy("deliveries beyond what is counted", "max-deliveries: ¦255", says: ["254"]),
    ]
}
