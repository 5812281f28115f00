// SPDX-License-Identifier: Apache-2.0

/// Time zone rules as a value, so that nothing is asked of the system and every host agrees.
///
/// `iana` is the IANA time zone database of `ianaVersion`, compiled in; a service that wants newer rules makes a table of its
/// own from text of the same form (`Scripts/embed-time-zones` writes it). Right from 2020 on; before, the offset of
/// 1 January 2020 counts.
///
/// - Complexity: a zone's name is found in O(log names), an offset in O(log transitions) without allocation.
public struct TimeZoneTable: Sendable {
    let storage: Storage
    private let names: [(name: String, zone: TimeZoneIndex)]

    /// The rules of `ianaVersion`.
    public static let iana: TimeZoneTable = {
        guard let table = TimeZoneTable(text: ianaText) else { preconditionFailure("the generated text is a table") }
        return table
    }()

    /// Zones without summer time, by their offset in seconds east of Greenwich.
    public init(fixed zones: [(name: String, offset: Int32)]) {
        let rules = zones.map { zone in
            ZoneRule(initial: zone.offset, first: 0, count: 0, season: ZoneSeason(constant: zone.offset))
        }
        storage = Storage(rules: rules, changes: [])
        names = Self.sorted(
            zones.enumerated().map { ($1.name, TimeZoneIndex(rawValue: UInt16(clamping: $0))) })
    }

    /// Rules in the form of `ianaText`; nil where the text has another.
    public init?(text: String) {
        var reader = TimeZoneReader()
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard reader.take(word) else { return nil }
        }
        guard reader.isComplete, !reader.rules.isEmpty, reader.rules.count < Int(TimeZoneIndex.unknown.rawValue) else {
            return nil
        }
        storage = Storage(rules: reader.rules, changes: reader.changes)
        names = Self.sorted(reader.names)
    }

    /// Zones that behave differently; valid indices are below it.
    public var count: Int { storage.count }

    /// Every name with its zone, by name.
    public var all: [(name: String, zone: TimeZoneIndex)] { names }

    /// The zone of a name as the database writes it, such as `Europe/Berlin`.
    public func zone(named name: String) -> TimeZoneIndex? {
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low].name == name ? names[low].zone : nil
    }

    /// Seconds east of Greenwich at an instant in seconds since 1970; nil for a zone that is not in the table.
    public func offset(of zone: TimeZoneIndex, at second: Int64) -> Int32? {
        Int(zone.rawValue) < count ? rules.offset(Int(zone.rawValue), at: second) : nil
    }

    /// The second of the next change of a zone's offset after an instant; nil: never.
    public func nextChange(of zone: TimeZoneIndex, after second: Int64) -> Int64? {
        guard Int(zone.rawValue) < count else { return nil }
        let next = rules.nextChange(Int(zone.rawValue), after: second)
        return next == .max ? nil : next
    }

    /// A view for hot paths; valid as long as the table, or a copy of it, lives.
    package var rules: ZoneRules { ZoneRules(rules: storage.rules, changes: storage.changes, count: storage.count) }

    private static func sorted(
        _ names: [(name: String, zone: TimeZoneIndex)]
    ) -> [(name: String, zone: TimeZoneIndex)] {
        names.sorted { $0.name < $1.name }
    }

    /// The rules at stable addresses, never changed.
    final class Storage: @unchecked Sendable {
        let rules: UnsafeMutablePointer<ZoneRule>
        let changes: UnsafeMutablePointer<ZoneChange>
        let count: Int

        init(rules list: [ZoneRule], changes flat: [ZoneChange]) {
            count = list.count
            rules = .allocate(capacity: max(1, list.count))
            changes = .allocate(capacity: max(1, flat.count))
            for (place, rule) in list.enumerated() { (rules + place).initialize(to: rule) }
            for (place, change) in flat.enumerated() { (changes + place).initialize(to: change) }
        }

        deinit {
            rules.deallocate()
            changes.deallocate()
        }
    }
}

extension TimeZoneTable: Equatable {
    public static func == (left: TimeZoneTable, right: TimeZoneTable) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count, left.names.elementsEqual(right.names, by: { $0 == $1 }) else { return false }
        return (0..<left.count).allSatisfy { left.rules.isEqual($0, to: right.rules) }
    }
}
