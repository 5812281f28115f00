// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The page "Gale in your CI" against the program.
@Suite struct CIPageTests {
    @Test("each command of the page is one that the program takes, and leaves the files that the page's workflow reads")
    func commands() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Sources/Gale/Gale.docc/GaleInYourCI.md"), encoding: .utf8)
        let commands = page.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("gale test ") || $0.hasPrefix(".gale/Scripts/gale test ") }
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
