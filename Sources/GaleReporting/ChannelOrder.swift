// SPDX-License-Identifier: GPL-3.0-or-later

/// The order in which channels are shown: all together, then the busiest kinds first, then whatever else by name.
enum ChannelOrder {
    private static let known = ["all", "push", "email", "sms", "in-app"]

    static func sorted<Value>(_ byName: [String: Value]) -> [(name: String, value: Value)] {
        byName.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }.map { (name: $0.key, value: $0.value) }
    }

    private static func rank(_ name: String) -> Int { known.firstIndex(of: name) ?? known.count }
}
