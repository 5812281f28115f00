// SPDX-License-Identifier: Apache-2.0
import GaleModels
import GaleRandomness
import Testing

@Suite("A partition's log")
struct OffsetLogTests {
    private static let purpose = Purpose(layer: .call, id: 201)

    /// The same as an array: every record with its tick, from the start offset on.
    private struct Plain {
        var start: Int
        var records: [(record: UInt32, tick: UInt32)] = []
        var end: Int { start + records.count }
    }

    @Test(
        "after any appends, commits, cuts and readings from the start it holds what an array would",
        arguments: 1...40 as ClosedRange<UInt64>)
    func asAnArray(seed: UInt64) {
        let draws = Draws(seed: seed)
        var log = OffsetLog(start: 5)
        defer { log.deallocate() }
        var plain = Plain(start: 5)
        var (tick, position, next) = (UInt32(1), 5, UInt32(0))
        for step in 0..<400 as Range<UInt64> {
            func number(_ place: UInt64, below limit: Int) -> Int {
                Int(draws.uniform(Self.purpose, step, place).below(UInt64(limit)))
            }
            switch number(0, below: 10) {
            case 0...4:
                // Up to two chunks at once; at the same tick as the one before, or later.
                let count = number(1, below: number(2, below: 8) == 0 ? 2_100 : 40) + 1
                tick += UInt32(number(3, below: 2))
                let first = next
                log.append(count) { first + UInt32($0) }
                log.stamp(tick)
                for place in 0..<count { plain.records.append((first + UInt32(place), tick)) }
                next += UInt32(count)
            case 5...7:
                // A consumer reads on.
                let end = min(plain.end, position + number(1, below: 1_500))
                while position < end {
                    let kept = plain.records[position - plain.start]
                    #expect(log[position] == kept.record && log.appendTick(position) == kept.tick)
                    position += 1
                }
            case 8:
                // A commit of what was read; then, now and then, the next owner begins at it.
                let offset = plain.start + number(1, below: position - plain.start + 1)
                log.removeAll(before: offset)
                plain.records.removeFirst(offset - plain.start)
                plain.start = offset
                if number(2, below: 2) == 0 {
                    log.rewind()
                    position = offset
                }
            default:
                // A new leader lacks the end, which nobody has read yet.
                let offset = position + number(1, below: plain.end - position + 1)
                log.removeAll(from: offset)
                plain.records.removeLast(plain.end - offset)
                // What comes next is appended later.
                tick += 1
            }
            #expect(log.startPosition == plain.start && log.endPosition == plain.end)
        }
        var seen: [UInt32] = []
        log.forEachStretch(plain.start..<plain.end) { entries, count in
            for place in 0..<count { seen.append(entries[place].record) }
        }
        #expect(seen == plain.records.map(\.record))
    }
}
