// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GalePrimitives

/// Seeds that follow from a commit: each change meets other weather, and whoever tests that commit again the same.
package struct CommitSeeds: Equatable, Sendable {
    /// 40 or 64 hexadecimal digits, in lower case.
    package let commit: String

    /// - Parameter id: a commit's full id (an abbreviated one would give other seeds).
    /// - Throws: `CommandFailure`.
    package init(id: String) throws {
        let digits = Set("0123456789abcdef")
        commit = id.lowercased()
        guard [40, 64].contains(commit.count), commit.allSatisfy(digits.contains) else {
            throw CommandFailure("--commit must be a commit's full id (40 or 64 hexadecimal digits), not '\(id)'")
        }
    }

    /// The commit that is checked out where the program was called.
    ///
    /// - Throws: `CommandFailure` outside a repository, in one without a commit, and without git.
    package static func checkedOut(in folder: String = FileManager.default.currentDirectoryPath) throws -> CommitSeeds {
        let git = Process()
        let (output, errors) = (Pipe(), Pipe())
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "-C", folder, "rev-parse", "--verify", "HEAD^{commit}"]
        git.standardInput = FileHandle.nullDevice
        git.standardOutput = output
        git.standardError = errors
        do { try git.run() } catch { throw failure("git cannot be started") }
        // Neither fills a pipe: one line at most each.
        git.waitUntilExit()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard git.terminationStatus == 0 else {
            let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            throw failure(reason.split(separator: "\n").first.map(String.init) ?? "git failed")
        }
        return try CommitSeeds(id: words.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func failure(_ reason: String) -> CommandFailure {
        CommandFailure(
            "--seeds commit needs a git repository with a commit here, or --commit ID: \(reason)")
    }

    /// So many different seeds of 32 bits, from 1 on: short enough to be typed. More of them begin with the same ones.
    package func seeds(_ count: Int) -> [UInt64] {
        var seeds: [UInt64] = []
        var taken: Set<UInt64> = []
        var number: UInt64 = 0
        while seeds.count < count {
            var fingerprint = Fingerprint()
            fingerprint.absorb(commit)
            fingerprint.absorb(number)
            number += 1
            let seed = (fingerprint.digest.low >> 32) + 1
            if taken.insert(seed).inserted { seeds.append(seed) }
        }
        return seeds
    }
}
