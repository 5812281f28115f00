// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Gale
import Testing

@Suite struct OutputFolderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func output(_ name: String) throws -> OutputFolder {
        try OutputFolder(preparing: folder.path + "/" + name)
    }

    @Test("nothing is at the target before the result is complete, and nothing beside it afterwards")
    func appearsAtOnce() throws {
        let output = try output("a/b/result")
        #expect(!folder.exists("a/b/result"))
        try output.commit([("summary.json", "{}"), ("timing.json", "[]")])
        #expect(try folder.names(in: "a/b") == ["result"])
        #expect(try folder.names(in: "a/b/result") == ["summary.json", "timing.json"])
        #expect(try folder.read("a/b/result/summary.json") == "{}")
    }

    @Test("a former result is replaced as a whole, and stays until then")
    func replaces() throws {
        try output("result").commit([("summary.json", "old"), ("report.html", "old")])
        let second = try output("result")
        #expect(try folder.read("result/summary.json") == "old")
        try second.commit([("summary.json", "new")])
        #expect(try folder.names(in: "result") == ["summary.json"])
        #expect(try folder.read("result/summary.json") == "new")
        #expect(try folder.names() == ["result"])
    }

    @Test("a discarded result leaves the former one and no trace")
    func discards() throws {
        try output("result").commit([("summary.json", "old")])
        try output("result").discard()
        #expect(try folder.read("result/summary.json") == "old")
        #expect(try folder.names() == ["result"])
    }

    @Test("a folder that holds anything else is not replaced")
    func foreignFolder() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/home", withIntermediateDirectories: true)
        try folder.write("precious", to: "home/thesis.txt")
        #expect(throws: CommandFailure.self) { try output("home") }
        #expect(try folder.names(in: "home") == ["thesis.txt"])
        #expect(try folder.names() == ["home"])
    }

    @Test("a link to a folder stays a link")
    func link() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/real", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "real")
        try output("link").commit([("summary.json", "{}")])
        #expect(try folder.names() == ["link", "real"])
        #expect(try folder.names(in: "real") == ["summary.json"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link") == "real")
    }

    @Test("staging folders of processes that are gone are removed, those of living ones are not")
    func stale() throws {
        // No process has a number this high: Linux ends at 2^22.
        for name in [".gale-staging-99999999-x", ".gale-staging-\(getpid())-y"] {
            try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        try output("result").commit([("summary.json", "{}")])
        #expect(try folder.names() == [".gale-staging-\(getpid())-y", "result"])
    }

    /// Mounts a file system of 64 KiB, which only root can.
    private func withTinyDisk(_ body: (String) throws -> Void) throws {
        let disk = folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard shell("mount -t tmpfs -o size=64k tmpfs '\(disk)'") == 0 else { return }
        defer { _ = shell("umount '\(disk)'") }
        try body(disk)
    }

    private func shell(_ command: String) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command + " 2>/dev/null"]
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("a full disk is an error that says so, and the former result stays")
    func fullDisk() throws {
        try withTinyDisk { disk in
            try OutputFolder(preparing: disk + "/result").commit([("summary.json", "old")])
            let second = try OutputFolder(preparing: disk + "/result")
            let large = String(repeating: "x", count: 1 << 20)
            let failure = #expect(throws: CommandFailure.self) {
                try second.commit([("summary.json", "new"), ("report.html", large)])
            }
            #expect(failure?.message.contains("No space left on device") == true)
            #expect(failure?.status == 2)
            #expect(try folder.names(in: "disk") == ["result"])
            #expect(try folder.read("disk/result/summary.json") == "old")
        }
    }

    @Test("a mount point, which cannot be replaced, gets its files one by one")
    func mountPoint() throws {
        try withTinyDisk { disk in
            try OutputFolder(preparing: disk).commit([("summary.json", "old"), ("timing.json", "old")])
            try OutputFolder(preparing: disk).commit([("summary.json", "new")])
            #expect(try folder.names(in: "disk") == ["summary.json"])
            #expect(try folder.read("disk/summary.json") == "new")
        }
    }
}
