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

    private static func field(_ name: String) -> Int64 {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return Int64(text.filter(\.isNumber)).map { $0 * 1024 } ?? 0
        }
        return 0
    }
}
