// SPDX-License-Identifier: Apache-2.0

/// One key of a map: what it is called, what may stand there, and what it means.
struct Key: Sendable {
    enum Presence: Sendable {
        case required
        /// Required unless a `profile` provides it.
        case fromProfile
        case optional
        /// What it is when it is not given, as YAML text.
        case defaults(String)
    }

    var name: String
    var kind: Kind
    var presence: Presence
    var about: String

    var isRequired: Bool { if case .required = presence { true } else { false } }

    init(_ name: String, _ kind: Kind, _ presence: Presence, _ about: String) {
        self.name = name
        self.kind = kind
        self.presence = presence
        self.about = about
    }
}

/// The keys of one kind of map.
struct Table: Sendable {
    /// Unique; the name of its definition in the JSON Schema.
    var name: String
    /// With article: `a provider`.
    var title: String
    var keys: [Key]
    /// Groups of keys of which exactly one must be given.
    var exactlyOneOf: [[String]] = []
    /// Groups of keys that do not go together; who builds them says why.
    var notTogether: [[String]] = []

    subscript(name: String) -> Key? { keys.first { $0.name == name } }

    var keyNames: [String] { keys.map(\.name) }
    var someKeys: String {
        let names = keyNames.prefix(5).joined(separator: ", ")
        return keys.count > 5 ? names + ", …" : names
    }
}
