// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Resident memory of this process, from `/proc/self/status` (Linux); zero where there is no such file.
package enum ProcessMemory {
    /// Bytes resident now.
    package static var resident: Int64 { field("VmRSS:") }
    /// The most bytes resident since the start, or since `resetPeak()`.
    package static var peak: Int64 { field("VmHWM:") }

    /// Lets the peak begin at what is resident now; without effect where the kernel doesn't allow it.
    package static func resetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// A line's number of kibibytes. Without a heap allocation: somebody looks every few milliseconds while a run goes on.
    private static func field(_ name: StaticString) -> Int64 {
        let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8_192) { block in
            let length = read(file, block.baseAddress, block.count)
            guard length > 0 else { return 0 }
            return kibibytes(in: block[..<length], after: name) * 1_024
        }
    }

    private static func kibibytes(in text: Slice<UnsafeMutableBufferPointer<UInt8>>, after name: StaticString) -> Int64
    {
        let count = name.utf8CodeUnitCount
        var place = text.startIndex
        while place + count <= text.endIndex {
            guard memcmp(text.base.baseAddress.unsafelyUnwrapped + place, name.utf8Start, count) == 0 else {
                place += 1
                continue
            }
            var number: Int64 = 0
            for byte in text[(place + count)...] where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return number
        }
        return 0
    }
}
