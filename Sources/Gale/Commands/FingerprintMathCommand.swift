// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleRandomness
import GaleStatistics

/// `gale fingerprint-math`: two lines, `libm` and `tables`, each with a hash of the bits computed on this machine.
///
/// The control for "results don't depend on the CPU": with other kernels of the C library (`GLIBC_TUNABLES`) the first line
/// changes and the second must not. `Scripts/check-portability` compares them.
struct FingerprintMathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint-math",
        abstract: "Print hashes of the C library's results and of Gale's own tables.",
        shouldDisplay: false)

    func run() {
        print("libm \(LibraryMathFingerprint.text())")
        print("tables \(TableFingerprint.text())")
    }
}
