// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Signals and standard files as CI servers and shells hand them over.
@Suite struct SignalTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
        try folder.write(smallScenario(duration: "10h", rate: "100k/s"), to: "long.yaml")
    }

    @Test("two signals at once, as `timeout` sends them, are one wish: what is there is written")
    func twice() throws {
        for signal in [SIGTERM, SIGINT] {
            let run = try GaleProcess.run(
                ["test", "small.yaml", "long.yaml", "--jobs", "1", "--junit", "junit.xml"], in: folder
            ) { process in
                // The worker is there, so the process listens.
                _ = try TestWorkerTests.child(of: process)
                while try !folder.read(".output").contains("ok    small") { usleep(5_000) }
                for _ in 1...3 {
                    kill(process, signal)
                    usleep(1_000)
                }
            }
            #expect(run.status == 128 + signal, "\(run)")
            #expect(run.output.contains("\ninterrupted, 1 passed, 1 not finished: 1 run, "), "\(run.output)")
            #expect(try folder.read("junit.xml").contains("skipped"))
            try FileManager.default.removeItem(atPath: folder.path + "/junit.xml")
        }
    }

    @Test("one that comes a second later or more ends the process at once")
    func impatient() throws {
        // A pipe that nobody reads: the process waits for its end for ever.
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let run = try GaleProcess.run(["replay", "small.yaml", "--at", "500ms", "--trace", "pipe"], in: folder) {
            while try folder.read(".output").isEmpty { usleep(5_000) }
            // The first is noticed some time after it was sent: as often as it takes, and no more than a minute.
            var times = 0
            while kill($0, SIGTERM) == 0 && times < 50 {
                usleep(1_200_000)
                times += 1
            }
            if times == 50 { kill($0, SIGKILL) }
        }
        #expect(run.status == 143)
    }

    private func shell(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", command, GaleProcess.executable]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("whatever standard file is closed, nothing else takes its place")
    func closed() throws {
        for closed in [">&-", "<&- >&-", "<&- >&- 2>&-", "2>&- >/dev/null"] {
            #expect(try shell("exec \"$0\" test small.yaml --junit junit.xml \(closed)") == 0, "\(closed)")
            #expect(try folder.read("junit.xml").hasPrefix("<?xml"))
            // A direct topic loses what is in a worker that dies.
            #expect(
                try shell("exec \"$0\" explore small.yaml --runs 2 --quiet --fresh --out explored \(closed)") == 1,
                "\(closed)")
            let journal = try folder.read("explored/journal").split(separator: "\n")
            #expect(journal.count == 5 && journal.allSatisfy { $0.hasSuffix("}") }, "\(closed)")
        }
    }
}
