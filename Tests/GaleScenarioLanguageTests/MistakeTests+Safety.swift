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
        policy("a consent without a store", "¦consent: {timeout: 1s}", says: ["store"]),
        Mistake(
            "objections where nobody asks", "provider: apns, capacity: 20%, excess: 503",
            "stage: sender, objections: ¦20%", says: ["does not ask for consent", "consent: {store: STORE}"]),
        Mistake(
            "objections of replicas", "provider: apns, capacity: 20%, excess: 503",
            "stage: sender, objections: 20%, ¦replica: 1", says: ["have no 'replica'"]),
        Mistake(
            "a channel that nobody objects to", "provider: apns, capacity: 20%, excess: 503",
            "stage: sender, channel: ¦push", says: ["objections"]),
        Mistake(
            "a time stamp on another answer", "provider: apns, capacity: 20%, excess: 503",
            "provider: apns, errors: 5%, answer: 400 BadDeviceToken, since: ¦1h", says: ["410"]),
        Mistake(
            "an order that nobody keeps count of", "- lost = 0", "- ¦misordered = 0",
            says: ["no workload is ordered", "ordered: true"]),
        Mistake(
            "an order of those whom one record stands for", in: Examples.everything, "fan-out: 500, tenants",
            "fan-out: 500, ordered: ¦true, tenants",
            says: ["one record stands for 500 recipients", "leave out `ordered`"]),
        Mistake(
            "money where nothing has a price", "- lost = 0", "- ¦spent < 5",
            says: ["no policy has prices", "prices: {"]),
        policy("deliveries beyond what is counted", "max-deliveries: ¦255", says: ["254"]),
    ]
}
