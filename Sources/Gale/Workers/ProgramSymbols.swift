// SPDX-License-Identifier: GPL-3.0-or-later
import CGaleTraps
import Foundation

/// The functions of this very program by their places in it, from its own symbol table (ELF, as on Linux).
struct ProgramSymbols {
    private struct Function {
        var start, end: UInt64
        /// Where its name begins.
        var name: Int
    }

    private let file: Data
    private let functions: [Function]

    /// nil: it is no program of that kind, or has no such table.
    init?(path: String) {
        guard let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe), file.count > 64,
            file.prefix(5).elementsEqual([0x7F, 0x45, 0x4C, 0x46, 2])
        else { return nil }
        let reader = Reader(file: file)
        guard let sections: UInt64 = reader.read(0x28), let size: UInt16 = reader.read(0x3A),
            let count: UInt16 = reader.read(0x3C)
        else { return nil }
        func section(_ number: Int) -> Int { Int(sections) + number * Int(size) }
        let symbolTable: UInt32 = 2
        guard let table = (0..<Int(count)).map(section).first(where: { reader.read($0 + 4) == symbolTable }),
            let start: UInt64 = reader.read(table + 0x18), let length: UInt64 = reader.read(table + 0x20),
            let link: UInt32 = reader.read(table + 0x28),
            let names: UInt64 = reader.read(section(Int(link)) + 0x18)
        else { return nil }
        functions = stride(from: Int(start), to: Int(start) + Int(length), by: 24).compactMap { symbol in
            guard let name: UInt32 = reader.read(symbol), let info: UInt8 = reader.read(symbol + 4), info & 15 == 2,
                let value: UInt64 = reader.read(symbol + 8), let size: UInt64 = reader.read(symbol + 16), size > 0
            else { return nil }
            return Function(start: value, end: value &+ size, name: Int(names) + Int(name))
        }
        self.file = file
    }

    /// The name of the function that a place belongs to; nil: of none.
    func name(at place: UInt64) -> String? {
        guard let function = functions.first(where: { $0.start <= place && place < $0.end }), function.name < file.count
        else { return nil }
        return String(decoding: file[function.name...].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// In which function of its own the program trapped, for people: without what the compiler has made of it, and the same for
    /// every run of one build; nil: in none.
    func culprit(_ places: [UInt64]) -> String? {
        // The standard library's, built into this program, only say what they were asked.
        let foreign = ["$ss", "$sS", "_"]
        for place in places {
            guard let name = name(at: place), !foreign.contains(where: { name.hasPrefix($0) }) else { continue }
            return Self.readable(name)
        }
        return nil
    }

    /// `GaleDelivery.CircuitBreaker.record` of a mangled name.
    static func readable(_ name: String) -> String {
        guard let text = swift_demangle(name, name.utf8.count, nil, nil, 0) else { return name }
        defer { free(text) }
        // `function signature specialization <…> of closure #1 in (extension in A):B.C.(d in _F00)(e: F) -> G` is `B.C.d`.
        let plain = String(cString: text).replacing(/\((\w+) in _\w+\)/) { $0.1 }
            .replacing(/\(extension in \w+\):/, with: "")
        let declared = [" of ", " in ", "static "].reduce(plain) { $0.components(separatedBy: $1).last ?? $0 }
        return String(declared.prefix { $0 != "(" && $0 != " " && $0 != "<" })
    }

    private struct Reader {
        let file: Data

        /// Little-endian; nil: it is beyond the end.
        func read<Number: FixedWidthInteger>(_ place: Int) -> Number? {
            guard place >= 0, place <= file.count - MemoryLayout<Number>.size else { return nil }
            return file.withUnsafeBytes {
                Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self))
            }
        }
    }
}
