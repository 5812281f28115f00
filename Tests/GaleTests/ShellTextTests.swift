// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Gale
import Testing

@Suite struct ShellTextTests {
    @Test("a shell reads back exactly the words that were written")
    func roundTrip() throws {
        let words = ["plain", "--set=a.b=1", "two words", "it's", "", "$HOME `x` \"q\" \\", "*", "line\nbreak", "é"]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "printf '%s\\0' " + ShellText.line(words)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let read = String(decoding: data, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false)
        #expect(read.dropLast().map(String.init) == words)
    }

    @Test("plain words stay as they are")
    func plain() { #expect(ShellText.line(["gale", "run", "a/b.yaml"]) == "gale run a/b.yaml") }
}
