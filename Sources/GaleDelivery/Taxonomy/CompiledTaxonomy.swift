// SPDX-License-Identifier: Apache-2.0

/// The taxonomy as two flat tables: by reason number, and by dialect and status. Made once, never changed or released.
struct CompiledTaxonomy: @unchecked Sendable {
    struct Entry {
        /// The dialect that the reason belongs to; `anyDialect` for the transport's reasons.
        var dialect: UInt8
        var verdict: Verdict
    }

    static let anyDialect: UInt8 = .max
    static let statusCount = 600

    /// The first reason number of each dialect, and one past the last.
    let firstReason: [Int]
    let texts: [String]
    private let reasons: UnsafePointer<Entry>
    private let reasonCount: Int
    private let statuses: UnsafePointer<Verdict>

    init() {
        var entries = Taxonomy.transport.map { Entry(dialect: Self.anyDialect, verdict: $0.verdict) }
        var texts = Taxonomy.transport.map(\.text)
        var firstReason: [Int] = []
        for dialect in ProviderDialect.allCases {
            precondition(Int(dialect.rawValue) == firstReason.count, "dialects are numbered without gaps")
            firstReason.append(entries.count)
            for line in Taxonomy.lines(dialect) {
                entries.append(Entry(dialect: dialect.rawValue, verdict: line.verdict))
                texts.append(line.text)
            }
        }
        firstReason.append(entries.count)
        self.firstReason = firstReason
        self.texts = texts
        reasonCount = entries.count

        let reasons = UnsafeMutablePointer<Entry>.allocate(capacity: entries.count)
        for index in entries.indices { (reasons + index).initialize(to: entries[index]) }
        self.reasons = UnsafePointer(reasons)

        let dialects = ProviderDialect.allCases
        let statuses = UnsafeMutablePointer<Verdict>.allocate(capacity: dialects.count * Self.statusCount)
        for (index, dialect) in dialects.enumerated() {
            for status in 0..<Self.statusCount {
                (statuses + index * Self.statusCount + status)
                    .initialize(to: Taxonomy.classify(dialect, status: UInt16(status)))
            }
        }
        self.statuses = UnsafePointer(statuses)
    }

    /// A dialect's verdicts by status, `statusCount` of them, for responses without a reason.
    func verdicts(of dialect: ProviderDialect) -> UnsafePointer<Verdict> {
        statuses + Int(dialect.rawValue) * Self.statusCount
    }

    @inline(__always)
    func verdict(_ dialect: ProviderDialect, _ response: ProviderResponse) -> Verdict {
        let reason = Int(response.reason.rawValue)
        if reason != Int(Reason.none.rawValue), reason != Int(Reason.unknown.rawValue), reason < reasonCount {
            let entry = reasons[reason]
            if entry.dialect == dialect.rawValue || entry.dialect == Self.anyDialect { return entry.verdict }
        }
        let status = Int(response.status)
        guard status < Self.statusCount else { return .permanent }
        return statuses[Int(dialect.rawValue) * Self.statusCount + status]
    }
}
