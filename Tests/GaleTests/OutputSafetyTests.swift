// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// What a command writes never takes the place of what somebody else has made.
@Suite struct OutputSafetyTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    private func link(_ name: String, to file: String, isHard: Bool = false) throws {
        let (path, target) = (folder.path + "/" + name, folder.path + "/" + file)
        if isHard {
            try FileManager.default.linkItem(atPath: target, toPath: path)
        } else {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        }
    }

    @Test("no output is an input, under whatever name, also when writing over a file is asked for")
    func inputs() throws {
        try link("soft", to: "small.yaml")
        try link("hard", to: "small.yaml", isHard: true)
        try link("here", to: ".")
        for name in ["small.yaml", "soft", "hard", "here/small.yaml", "./small.yaml"] {
            for arguments in [
                ["test", "small.yaml", "--junit", name], ["test", "small.yaml", "--markdown", name],
                ["test", ".", "--junit", name],
                ["replay", "small.yaml", "--at", "500ms", "--trace", name],
                ["shrink", "small.yaml", "--out", name], ["shrink", "small.yaml", "--force", "--out", name],
                ["explore", "small.yaml", "--seed", "1", "--write", name],
                ["explore", "small.yaml", "--seed", "1", "--force", "--write", name],
            ] {
                let run = try GaleProcess.run(arguments, in: folder)
                #expect(run.status == 2 && run.output.isEmpty, "\(arguments): \(run)")
                #expect(run.errors.contains("'\(name)' is what the command reads; name another file"), "\(run.errors)")
            }
        }
        #expect(try folder.read("small.yaml") == smallScenario())
    }

    @Test("two outputs are two files")
    func twice() throws {
        try link("here", to: ".")
        try folder.write("", to: "empty")
        try link("link", to: "empty", isHard: true)
        for (one, other) in [("x", "x"), ("x", "./x"), ("x", "here/x"), ("new/x", "here/new/x"), ("empty", "link")] {
            let run = try gale("test", "small.yaml", "--junit", one, "--markdown", other)
            #expect(run.status == 2 && run.output.isEmpty, "\(one), \(other): \(run)")
            #expect(run.errors.contains("is what --junit writes as well; name two files"), "\(run.errors)")
        }
        #expect(try gale("test", "small.yaml", "--junit", "/dev/null", "--markdown", "/dev/null").status == 0)
    }

    @Test("a report takes the place of an empty file and of its own kind, and of nothing else")
    func reports() throws {
        for (option, arguments) in [
            ("--junit", ["test", "small.yaml"]), ("--markdown", ["test", "small.yaml"]),
            ("--trace", ["replay", "small.yaml", "--at", "500ms"]),
        ] {
            try folder.write("my diary\n", to: "diary")
            let refused = try GaleProcess.run(arguments + [option, "diary"], in: folder)
            #expect(refused.status == 2 && refused.errors.contains("'diary' exists and is no "), "\(refused)")
            #expect(try folder.read("diary") == "my diary\n" && refused.output.isEmpty)
            // Made by mktemp, and then twice.
            try folder.write("", to: "own" + option)
            for _ in 0..<2 {
                let run = try GaleProcess.run(arguments + [option, "own" + option], in: folder)
                #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            }
        }
        let other = try gale("test", "small.yaml", "--junit", "own--markdown")
        #expect(other.status == 2 && other.errors.contains("is no JUnit XML; name another file, or remove it"))
    }

    @Test("a scenario that exists is written over when that is asked for, and not before")
    func scenarios() throws {
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "failing.yaml")
        try folder.write("# mine\n", to: "mine.yaml")
        for arguments in [
            ["shrink", "failing.yaml", "--quiet", "--out", "mine.yaml"],
            ["explore", "small.yaml", "--seed", "1", "--write", "mine.yaml"],
        ] {
            let refused = try GaleProcess.run(arguments, in: folder)
            #expect(refused.status == 2 && refused.output.isEmpty, "\(refused)")
            #expect(refused.errors.contains("'mine.yaml' exists; name another file, or write over it with --force"))
            #expect(try folder.read("mine.yaml") == "# mine\n")
            let forced = try GaleProcess.run(arguments + ["--force"], in: folder)
            #expect(forced.status == 0, "\(forced)")
            #expect(try folder.read("mine.yaml") != "# mine\n")
            try folder.write("# mine\n", to: "mine.yaml")
        }
        // Nor what shrinking itself has stored.
        #expect(try gale("shrink", "failing.yaml", "--quiet").status == 0)
        let again = try gale("shrink", "failing.yaml", "--quiet")
        #expect(again.status == 2 && again.errors.contains("write over it with --force"), "\(again)")
    }

    @Test("two causes of one seed become two regressions")
    func causes() throws {
        let text = smallScenario(expecting: "submitted < 5") + "  - submitted < 4\n"
        try folder.write(text, to: "failing.yaml")
        for cause in try gale("shrink", "failing.yaml", "--causes").output.split(separator: "\n") {
            #expect(try gale("shrink", "failing.yaml", "--quiet", "--cause", String(cause)).status == 0)
        }
        #expect(
            try folder.names(in: "Scenarios/regressions") == [
                "small-expectation-submitted-4-1.yaml", "small-expectation-submitted-5-1.yaml",
            ])
    }

    @Test("an exploration leaves a folder alone in which anything of that name is somebody else's")
    func foreignFolder() throws {
        for name in ["journal", "report.json"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/\(name)-dir", withIntermediateDirectories: true)
            try folder.write("my diary", to: "\(name)-dir/\(name)")
            for fresh in [[], ["--fresh"]] {
                let run = try GaleProcess.run(
                    ["explore", "small.yaml", "--runs", "1", "--out", "\(name)-dir"] + fresh, in: folder)
                #expect(run.status == 2 && run.output.isEmpty && run.errors.contains("--out, or remove it"), "\(run)")
            }
            #expect(try folder.read("\(name)-dir/\(name)") == "my diary")
            #expect(try folder.names(in: "\(name)-dir") == [name])
        }
    }
}
