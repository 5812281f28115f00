// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import Testing

struct TimeZoneTests {
    private static let table = TimeZoneTable.iana
    private static let first: Int64 = 1_577_836_800  // 2020
    private static let last: Int64 = 2_366_841_600  // 2045

    /// FNV-1a over the offset at the start, then second and offset of each change.
    private static func digest(_ zone: TimeZoneIndex) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ number: Int64) {
            for shift in stride(from: 0, to: 64, by: 8) {
                value = (value ^ (UInt64(bitPattern: number) >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        add(Int64(table.offset(of: zone, at: first)!))
        var now = first
        while let next = table.nextChange(of: zone, after: now), next <= last {
            add(next)
            add(Int64(table.offset(of: zone, at: next)!))
            now = next
        }
        return value
    }

    @Test("every zone changes when another reader of the same database says so, from 2020 to 2044")
    func digests() throws {
        #expect(TimeZoneDigests.version == TimeZoneTable.ianaVersion)
        #expect(TimeZoneDigests.all.count == Self.table.count)
        for (name, digest) in TimeZoneDigests.all {
            let zone = try #require(Self.table.zone(named: name))
            #expect(Self.digest(zone) == digest, "\(name)")
        }
    }

    @Test("offsets change at the second that the law says")
    func knownChanges() throws {
        let berlin = try #require(Self.table.zone(named: "Europe/Berlin"))
        // 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00.
        #expect(Self.table.offset(of: berlin, at: 1_774_745_999) == 3_600)
        #expect(Self.table.offset(of: berlin, at: 1_774_746_000) == 7_200)
        #expect(Self.table.nextChange(of: berlin, after: 1_774_746_000) == 1_792_890_000)
        #expect(Self.table.offset(of: berlin, at: 1_792_890_000) == 3_600)
        let newYork = try #require(Self.table.zone(named: "America/New_York"))
        #expect(Self.table.offset(of: newYork, at: 1_772_953_199) == -18_000)  // 8 March 2026
        #expect(Self.table.offset(of: newYork, at: 1_772_953_200) == -14_400)
        let lordHowe = try #require(Self.table.zone(named: "Australia/Lord_Howe"))
        // Half an hour of summer time, in January.
        #expect(Self.table.offset(of: lordHowe, at: 1_767_225_600) == 39_600)
        #expect(Self.table.offset(of: lordHowe, at: 1_782_864_000) == 37_800)
        let kathmandu = try #require(Self.table.zone(named: "Asia/Kathmandu"))
        #expect(Self.table.offset(of: kathmandu, at: 0) == 20_700)
        #expect(Self.table.nextChange(of: kathmandu, after: 0) == nil)
    }

    @Test("names, links included, are found; others are not")
    func names() {
        #expect(Self.table.all.count > 590)
        for (name, zone) in Self.table.all { #expect(Self.table.zone(named: name) == zone) }
        #expect(Self.table.zone(named: "US/Pacific") == Self.table.zone(named: "America/Los_Angeles"))
        #expect(Self.table.zone(named: "Europe/Atlantis") == nil)
        #expect(Self.table.offset(of: .unknown, at: 0) == nil)
    }

    @Test("a table of one's own is read, and a wrong text is not")
    func ownTable() throws {
        let text = "A/B C at 3600 100 7200 rule 7200 10800 3 5 0 7200 10 5 0 10800 ;\nD at 0 rule 0 ;"
        let table = try #require(TimeZoneTable(text: text))
        #expect(table.count == 2)
        let zone = try #require(table.zone(named: "C"))
        #expect(table.offset(of: zone, at: 99) == 3_600)
        #expect(table.offset(of: zone, at: 100) == 7_200)
        #expect(table == TimeZoneTable(text: text))
        #expect(table != .iana)
        let wrong = [
            "", "A", "A at 0 rule 0", "A at rule 0 ;", "A at 0 100 rule 0 ;", "A at 0 x y rule 0 ;",
            "A at 0 rule 0 3600 13 5 0 0 10 5 0 0 ;", "A at 0 rule 0 3600 ;", "A at 0 200 1 100 2 rule 2 ;",
            "A at 999999 rule 0 ;", "; A at 0 rule 0 ;",
        ]
        for text in wrong { #expect(TimeZoneTable(text: text) == nil, "\(text)") }
    }
}
