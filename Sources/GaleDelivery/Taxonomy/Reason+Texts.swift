// SPDX-License-Identifier: Apache-2.0

extension Reason {
    /// Every reason's text by its number; `""` for `none`.
    public static let texts: [String] = Taxonomy.compiled.texts

    /// The provider's own word; `""` for `none`.
    public var text: String {
        Int(rawValue) < Self.texts.count ? Self.texts[Int(rawValue)] : Self.texts[Int(Reason.unknown.rawValue)]
    }

    /// The text if the reason belongs to this dialect or to the transport, otherwise that of `unknown`.
    public func text(_ dialect: ProviderDialect) -> String {
        let number = Int(rawValue)
        let own = Self.range(dialect)
        return number < Taxonomy.transport.count || own.contains(number) ? text : Reason.unknown.text
    }

    /// The reason with this text in a dialect, or one of the transport's; nil when the taxonomy doesn't know it.
    public init?(dialect: ProviderDialect, text: String) {
        let own = Self.range(dialect)
        if let number = Self.texts[own].firstIndex(of: text) {
            self.init(rawValue: UInt16(number))
        } else if let number = Self.texts[..<Taxonomy.transport.count].firstIndex(of: text) {
            self.init(rawValue: UInt16(number))
        } else {
            return nil
        }
    }

    /// The reason with this text, or `unknown`: what a host uses for what a provider really said.
    public static func named(_ text: String, in dialect: ProviderDialect) -> Reason {
        Reason(dialect: dialect, text: text) ?? .unknown
    }

    /// Every reason of a dialect's own, in the taxonomy's order.
    public static func all(_ dialect: ProviderDialect) -> [Reason] {
        range(dialect).map { Reason(rawValue: UInt16($0)) }
    }

    /// The status that this reason usually comes with in its dialect; nil for the transport's.
    public var usualStatus: UInt16? {
        for dialect in ProviderDialect.allCases {
            let own = Self.range(dialect)
            if own.contains(Int(rawValue)) { return Taxonomy.lines(dialect)[Int(rawValue) - own.lowerBound].status }
        }
        return nil
    }

    private static func range(_ dialect: ProviderDialect) -> Range<Int> {
        let first = Taxonomy.compiled.firstReason
        return first[Int(dialect.rawValue)]..<first[Int(dialect.rawValue) + 1]
    }
}

extension ProviderResponse {
    /// Whether the provider did not take the request, as far as this answer says.
    public func isError(_ dialect: ProviderDialect) -> Bool { Taxonomy.classify(dialect, self).errorClass != .ok }
}
