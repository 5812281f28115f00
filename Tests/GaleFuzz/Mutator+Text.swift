// SPDX-License-Identifier: Apache-2.0

extension Mutator {
    /// With lines, characters or bytes changed, whatever they mean.
    mutating func damaged(_ text: String) -> String {
        draws.chance(percent: 50) ? withOddLines(text) : withOddBytes(text)
    }

    private mutating func withOddLines(_ text: String) -> String {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        let place = draws.below(lines.count)
        switch draws.below(16) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: draws.below(lines.count))
        case 2: lines.swapAt(place, draws.below(lines.count))
        case 3: lines[place] = String(repeating: " ", count: draws.below(9)) + lines[place]
        case 4: lines[place] = String(lines[place].drop { $0 == " " })
        case 5: lines[place] = "\t" + lines[place]
        case 6: lines[place] += " " + draws.pick(OddText.raw)
        case 7:
            lines.insert(
                draws.pick(["---", "...", "%YAML 1.2", "%TAG ! tag:x,2000:", "# c", "<<: *a", "? a"]), at: place)
        case 8:
            lines[place] += String(
                repeating: draws.pick(["a", " ", "[", "- ", "é", "x: "]), count: 1 << draws.below(14))
        case 9: lines = bomb() + lines
        case 10: lines[0] = "\u{FEFF}" + lines[0]
        case 11: return lines.joined(separator: "\r\n")
        case 12: return lines.joined(separator: "\r")
        case 13: return lines.prefix(place).joined(separator: "\n")
        case 14: lines += lines
        default:
            lines[place] = lines[place].replacing(
                ":", with: draws.pick([": &a", ":", " :", ": *a", ": !!str", "=", ": >-"]))
        }
        return lines.joined(separator: "\n")
    }

    /// Aliases that stand for more values than fit in memory.
    private mutating func bomb() -> [String] {
        let width = 2 + draws.below(8)
        return (0..<20).map { level in
            let values = Array(repeating: level == 0 ? "x" : "*a\(level - 1)", count: width).joined(separator: ", ")
            return "a\(level): &a\(level) [\(values)]"
        }
    }

    private mutating func withOddBytes(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...draws.below(4) where !bytes.isEmpty {
            let place = draws.below(bytes.count)
            switch draws.below(6) {
            case 0: bytes[place] ^= UInt8(1 << draws.below(8))
            case 1: bytes[place] = UInt8(truncatingIfNeeded: draws.next())
            case 2: bytes.insert(draws.pick(Array(":,[]{}#&*!|>'\"%@`-?\n\t \0\u{7F}.0".utf8)), at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + draws.below(40)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 64)], at: draws.below(bytes.count))
            default: bytes.removeSubrange(place...)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
