// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The page "Gale in your CI" against the program.
@Suite struct CIPageTests {
    private static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("Sources/Gale/Gale.docc/GaleInYourCI.md"), encoding: .utf8)
    }

    private static func commands(of page: String) -> [String] {
        page.split(separator: "\n").map { String($0.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("gale ") || $0.hasPrefix(".gale/Scripts/gale ") }
    }

    @Test("each command that the page names is there, with the options that the page gives it")
    func options() throws {
        let commands = try Self.commands(of: Self.page())
        #expect(Set(commands.map { $0.split(separator: " ")[1] }) == ["test", "explore", "replay", "shrink"])
        let folder = try TemporaryFolder()
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let help = try GaleProcess.run([words[1], "--help"], in: folder)
            for option in words where option.hasPrefix("--") {
                #expect(help.output.contains(option), "\(command)")
            }
        }
    }

    @Test("each test of the page is one that the program makes, and leaves the files that the page's workflow reads")
    func tests() throws {
        let page = try Self.page()
        let commands = Self.commands(of: page).filter { $0.contains("gale test Scenarios ") }
        #expect(commands.count == 2)
        for command in commands {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(
                atPath: folder.path + "/Scenarios", withIntermediateDirectories: true)
            try folder.write(smallScenario(), to: "Scenarios/small.yaml")
            var words = command.split(separator: " ").dropFirst().map(String.init)
            // There is no repository here.
            if command.contains("commit:") { words += ["--commit", String(repeating: "ab", count: 20)] }
            let run = try GaleProcess.run(words, in: folder)
            #expect(run.status == 0, "\(command): \(run.errors)")
            for option in ["--junit", "--markdown"] {
                let place = try #require(words.firstIndex(of: option))
                #expect(folder.exists(words[place + 1]), "\(command)")
                #expect(page.contains("cat \(words[place + 1])") || option == "--junit" || !command.hasPrefix("."))
            }
        }
    }
}
