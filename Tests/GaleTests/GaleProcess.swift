// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The program `gale` as these tests were built with it, run as a person runs it.
struct GaleProcess {
    var status: Int32
    var output: String
    var errors: String

    /// The executable lies beside the test bundle.
    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("gale").path

    /// - Parameters:
    ///   - interruptAfter: text on standard error after which it gets an interrupt signal.
    ///   - addressSpace: KiB that it may have.
    ///   - fileSize: KiB that a file may have to which it writes.
    ///   - environment: variables beside those of the tests.
    ///   - meanwhile: is told the process's number while it runs.
    static func run(
        _ arguments: [String], in folder: TemporaryFolder, interruptAfter: String? = nil, addressSpace: Int? = nil,
        fileSize: Int? = nil, environment: [String: String] = [:], meanwhile: (Int32) throws -> Void = { _ in }
    ) throws -> GaleProcess {
        let output = folder.path + "/.output"
        let errors = folder.path + "/.errors"
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        // What would go beyond a file's limit fails as on a full disk, where the signal for it is ignored.
        let limits = [
            addressSpace.map { "ulimit -v \($0)" }, fileSize.map { "ulimit -f \($0)" },
        ].compactMap { $0 }
        if !limits.isEmpty {
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            let script = (limits + ["exec \"$0\" \"$@\""]).joined(separator: "; ")
            process.arguments = ["-c", script, executable] + arguments
        }
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // What this machine's own CI sets is no part of a test.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GITHUB_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files rather than pipes: nothing that fills up and waits for a reader.
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        try meanwhile(process.processIdentifier)
        if let interruptAfter {
            while process.isRunning, try !text(errors).contains(interruptAfter) { usleep(20_000) }
            process.interrupt()
        }
        process.waitUntilExit()
        return GaleProcess(status: process.terminationStatus, output: try text(output), errors: try text(errors))
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "gale-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// All names below, hidden ones included.
    func names(in name: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + name).sorted()
    }
}
