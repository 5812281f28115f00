// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GalePrimitives

/// This very program, by its content: another build may come to other verdicts, and a copy comes to the same ones.
enum ProgramIdentity {
    /// Read once in a process; nil: the program's file cannot be read, and nobody knows whether it is the same as another.
    static let own: String? = {
        #if os(Linux)
            // Even if a new build has taken its place meanwhile.
            let path: String? = "/proc/self/exe"
        #else
            let path = Bundle.main.executablePath
        #endif
        return path.flatMap(of)
    }()

    /// nil: there is no such file.
    static func of(_ path: String) -> String? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else { return nil }
        var fingerprint = Fingerprint()
        data.withUnsafeBytes { bytes in
            let words = bytes.count / 16
            for place in 0..<words {
                fingerprint.absorb(
                    bytes.loadUnaligned(fromByteOffset: place * 16, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: place * 16 + 8, as: UInt64.self))
            }
            for byte in bytes[(words * 16)...] { fingerprint.absorb(UInt64(byte)) }
        }
        fingerprint.absorb(UInt64(data.count))
        return fingerprint.digest.description
    }
}
