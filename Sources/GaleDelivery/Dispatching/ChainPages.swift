// SPDX-License-Identifier: Apache-2.0

/// Records beside the chains', by the chain's slot, in pages that are made when they are first needed and never move.
///
/// - Complexity: O(1).
struct ChainPages<Record: BitwiseCopyable> {
    private static var shift: UInt32 { 8 }
    private static var size: Int { 1 << 8 }
    private let blank: Record
    private var pages: UnsafeMutablePointer<UnsafeMutablePointer<Record>?>
    private var pageCount = 1

    /// - Parameter blank: what a page is filled with.
    init(blank: Record) {
        self.blank = blank
        pages = .allocate(capacity: pageCount)
        pages.initialize(repeating: nil, count: pageCount)
    }

    func deallocate() {
        for page in 0..<pageCount { pages[page]?.deallocate() }
        pages.deallocate()
    }

    @inline(__always)
    subscript(slot: UInt32) -> UnsafeMutablePointer<Record> {
        mutating get {
            let number = Int(slot >> Self.shift)
            let page = number < pageCount ? pages[number] ?? makePage(number) : makePage(number)
            return page + (Int(slot) & (Self.size - 1))
        }
    }

    @inline(never)
    private mutating func makePage(_ number: Int) -> UnsafeMutablePointer<Record> {
        if number >= pageCount {
            let count = max(number + 1, pageCount * 2)
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Record>?>.allocate(capacity: count)
            larger.initialize(repeating: nil, count: count)
            for page in 0..<pageCount { larger[page] = pages[page] }
            pages.deallocate()
            pages = larger
            pageCount = count
        }
        let page = UnsafeMutablePointer<Record>.allocate(capacity: Self.size)
        page.initialize(repeating: blank, count: Self.size)
        pages[number] = page
        return page
    }
}
