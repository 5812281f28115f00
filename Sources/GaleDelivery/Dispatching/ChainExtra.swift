// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// An attempt under way of a hedged chain.
struct AttemptCopy: BitwiseCopyable {
    var provider: UInt16
    /// The breaker's epoch when it was sent.
    var epoch: UInt8
    var serial: UInt8
    var isRetry: Bool
    /// The provider whose admission has paid for it, if it is a retry.
    var payer: UInt16
    /// What it cost, and in which period, where money counts.
    var paid: Int64 = 0
    var period: Int64 = 0

    static let none = AttemptCopy(provider: 0, epoch: 0, serial: 0, isRetry: false, payer: 0)
}

/// What few chains need, beside their record: only policies that need it ever touch it.
struct ChainExtra: BitwiseCopyable {
    /// Attempts under way, the first `copyCount` of them; the first member, see `copy(_:)`.
    var copies: (AttemptCopy, AttemptCopy, AttemptCopy, AttemptCopy, AttemptCopy) = (.none, .none, .none, .none, .none)
    var copyCount: UInt8 = 0
    /// Number of the wake for the next copy.
    var timer: UInt8 = 0
    var hasTimer = false
    /// The provider asked not to be sent another copy.
    var refusesCopies = false
    /// What the last failure was, for the price of the retry.
    var cause: RetryBucket.Cause = .other
    /// Whether the last attempt was a retry that was paid for `cause`.
    var isPaid = false
    /// Whether a retry has been paid for that is not sent yet.
    var isPrepaid = false
    /// The provider whose admission the next retry asks, or the last one asked; `Chain.noProvider`: nobody knows yet.
    var payer = Chain.noProvider
    /// Refusals by an adaptive throttle in a row; saturates.
    var refusals: UInt8 = 0
    /// How often it came back from the dead letters.
    var replays: UInt8 = 0
    /// Of the chain that it belongs to.
    var generation: UInt32
    /// What the schedule of delays remembers.
    var memory: Int64 = 0
}

extension UnsafeMutablePointer where Pointee == ChainExtra {
    @inline(__always)
    var copies: UnsafeMutablePointer<AttemptCopy> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: AttemptCopy.self)
    }

    func append(_ copy: AttemptCopy) {
        precondition(Int(pointee.copyCount) < HedgingPolicy.mostCopies, "copies are counted before they are sent")
        copies[Int(pointee.copyCount)] = copy
        pointee.copyCount += 1
    }

    /// The place of an attempt under way.
    func place(of serial: UInt8) -> Int? {
        for place in 0..<Int(pointee.copyCount) where copies[place].serial == serial { return place }
        return nil
    }

    /// Takes an attempt out; the others keep their order.
    func remove(at place: Int) -> AttemptCopy {
        let copy = copies[place]
        for next in (place + 1)..<max(place + 1, Int(pointee.copyCount)) { copies[next - 1] = copies[next] }
        pointee.copyCount -= 1
        return copy
    }
}

/// `ChainExtra` by the chain's slot, in pages that are made when they are first needed and never move.
struct ChainExtras {
    private static let shift: UInt32 = 8
    private static let mask: UInt32 = 1 << shift - 1
    private var pages: UnsafeMutablePointer<UnsafeMutablePointer<ChainExtra>?>
    private var pageCount: Int

    init() {
        pageCount = 1
        pages = .allocate(capacity: pageCount)
        pages.initialize(repeating: nil, count: pageCount)
    }

    func deallocate() {
        for page in 0..<pageCount { pages[page]?.deallocate() }
        pages.deallocate()
    }

    /// The chain's own, new where it is the first time in this life of the record.
    @inline(__always)
    mutating func of(_ slot: UInt32, generation: UInt32) -> UnsafeMutablePointer<ChainExtra> {
        let number = Int(slot >> Self.shift)
        let page = number < pageCount ? pages[number] ?? makePage(number) : makePage(number)
        let extra = page + Int(slot & Self.mask)
        if extra.pointee.generation != generation { extra.initialize(to: ChainExtra(generation: generation)) }
        return extra
    }

    @inline(never)
    private mutating func makePage(_ number: Int) -> UnsafeMutablePointer<ChainExtra> {
        if number >= pageCount {
            let count = max(number + 1, pageCount * 2)
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<ChainExtra>?>.allocate(capacity: count)
            larger.initialize(repeating: nil, count: count)
            for page in 0..<pageCount { larger[page] = pages[page] }
            pages.deallocate()
            pages = larger
            pageCount = count
        }
        let page = UnsafeMutablePointer<ChainExtra>.allocate(capacity: 1 << Int(Self.shift))
        page.initialize(repeating: ChainExtra(generation: .max), count: 1 << Int(Self.shift))
        pages[number] = page
        return page
    }
}
