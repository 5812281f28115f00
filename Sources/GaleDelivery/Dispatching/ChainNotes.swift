// SPDX-License-Identifier: Apache-2.0

/// What a tenant's bulkhead keeps for a chain, beside its record.
struct ChainNote: BitwiseCopyable {
    var tenant: UInt32
    /// The chain behind it in its tenant's queue, or `TenantBulkhead.none`.
    var next: UInt32
    /// It is on its way to a send and holds one of its tenant's permits.
    var holdsPermit: Bool

    static let none = ChainNote(tenant: 0, next: TenantBulkhead.none, holdsPermit: false)
}

/// Notes by the chain's slot, in pages that are made when they are first needed and never move.
struct ChainNotes {
    private static let shift: UInt32 = 10
    private static let pageSize = 1 << Int(shift)
    private var pages: UnsafeMutablePointer<UnsafeMutablePointer<ChainNote>>
    private var pageCount = 0
    private var capacity = 16

    init() { pages = .allocate(capacity: 16) }

    func deallocate() {
        for page in 0..<pageCount { pages[page].deallocate() }
        pages.deallocate()
    }

    /// The note of a slot for which there has been one.
    @inline(__always)
    subscript(slot: UInt32) -> UnsafeMutablePointer<ChainNote> {
        pages[Int(slot >> Self.shift)] + Int(slot & (1 << Self.shift - 1))
    }

    /// Begins a chain's note.
    @inline(__always)
    mutating func open(_ slot: UInt32, tenant: UInt32) {
        while Int(slot >> Self.shift) >= pageCount { addPage() }
        self[slot].pointee = ChainNote(tenant: tenant, next: TenantBulkhead.none, holdsPermit: false)
    }

    @inline(never)
    private mutating func addPage() {
        if pageCount == capacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<ChainNote>>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: pages, count: pageCount)
            pages.deallocate()
            pages = larger
            capacity *= 2
        }
        let page = UnsafeMutablePointer<ChainNote>.allocate(capacity: Self.pageSize)
        page.initialize(repeating: .none, count: Self.pageSize)
        (pages + pageCount).initialize(to: page)
        pageCount += 1
    }
}
