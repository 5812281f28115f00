// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleScenarioLanguage
import Testing

@Suite("Nothing that a file can say ends the program")
struct RobustnessTests {
    /// The first message, or nil when the text was accepted.
    private func message(_ text: String) -> String? {
        do {
            _ = try ScenarioReader.read(text: text)
            return nil
        } catch {
            return error.diagnostics.isEmpty ? "" : error.text
        }
    }

    @Test("deep nesting is refused, in every form of YAML")
    func nesting() {
        let forms = [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5_000),
            String(repeating: "- ", count: 20_000) + "x", String(repeating: "? ", count: 20_000) + "x",
            String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
            "a: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
            (0..<500).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        ]
        for form in forms {
            let text = message(form)
            #expect(text?.contains("nested deeper than 64 levels") == true, "\(form.prefix(20)): \(text ?? "accepted")")
        }
    }

    @Test("aliases are refused before they are unfolded")
    func aliases() {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1..<40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
        #expect(message(bomb)?.contains("anchors and aliases") == true)
        #expect(message("x: &k [1]\n? *k\n: 1\n")?.contains("anchors and aliases") == true)
        #expect(message("x: *missing\n")?.contains("alias") == true)
    }

    @Test("files that are too large are refused")
    func size() {
        #expect(message(String(repeating: "# x\n", count: 1_100_000))?.contains("larger than 4 MiB") == true)
        let many = "a: [" + String(repeating: "1,", count: 300_000) + "]"
        #expect(message(many)?.contains("more than 200000 values") == true)
    }

    @Test(
        "texts that are no scenario are refused with a place",
        arguments: [
            "", "\n\n", "just words", "- a\n- b\n", "42", "{", "]", "a: b: c", "\t- x", "%YAML 9.9\n---\n",
            "a: !!binary x\n",
            "---\na: 1\n---\nb: 2\n", "\u{0}", "a: \"\\x\"", "a: 'x", "? [a, b]\n: c\n", "{a: 1, a: 2}",
            "\u{FEFF}name: x",
            "name: \u{7}", "<<: {a: 1}", "a: |\n x\n  y\n", "name: !!int 5", "*a", "&a x", "!!map []",
            "a:\r\n  b: 1\r\n",
        ])
    func notScenarios(_ text: String) {
        let found = message(text)
        #expect(found?.contains(": error: ") == true)
    }

    @Test("any scalar may stand anywhere: each value of an example replaced by odd ones never ends the program")
    func oddValues() {
        let odd = [
            "~", "''", "-1", "0", "99999999999999999999", "1e999", "0.0000000000000000001s", "NaN",
            "9223372036854775807ns",
            "[]", "{}", "[[]]", "{a: b}", "100000000000000000000%", "\"\\u0000\"", "é", "true", "..", "empirical ../x",
            "lognormal median 0s p99 1s", "uniform ..", "1G/s", "18446744073709551615", "p99() < 1s", "within : x",
        ]
        let lines = Examples.brownout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var tried = 0
        for (number, line) in lines.enumerated() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            for pick in 0..<5 {
                let value = odd[(number * 5 + pick * 7) % odd.count]
                var changed = lines
                changed[number] = line[...colon] + " " + value
                _ = message(changed.joined(separator: "\n"))
                tried += 1
            }
        }
        #expect(tried > 150)
    }

    @Test("random damage to an example never ends the program, and is told with a place when it is refused")
    func damage() {
        let bytes = Array(Examples.brownout.utf8)
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0..<(1 + next(3)) {
                let at = next(damaged.count)
                switch next(4) {
                case 0: damaged.remove(at: at)
                case 1: damaged.insert(UInt8(32 + next(95)), at: at)
                case 2: damaged[at] = UInt8(32 + next(95))
                default: damaged.removeSubrange(at..<min(at + next(40), damaged.count))
                }
            }
            if let text = message(String(decoding: damaged, as: UTF8.self)) { #expect(text.contains(": error: ")) }
        }
    }

    @Test("random words as expectations never end the program")
    func expectations() {
        let words = [
            "p99", "(", ")", "latency", "push.latency", "<", "<=", "=", "2s", "0.1%", "within", "after", "brownout",
            ":",
            "and", "lost", "push.", ".", "backlog", "outbox", "%", "p", "p.", "p99.", "p00", "p100",
            "999999999999999999999",
        ]
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<150 {
            let line = (0...next(8)).map { _ in words[next(words.count)] }.joined(separator: next(2) == 0 ? " " : "")
            _ = message(Examples.brownout.replacing("- lost = 0", with: "- \"\(line)\""))
        }
    }

    @Test("an unreadable path is an error like any other")
    func paths() {
        for path in ["/nowhere/scenario.yaml", "/", ""] {
            #expect(throws: ScenarioError.self) { try ScenarioReader.read(path: path) }
        }
    }

    @Test("what a scenario refers to must be a regular file: a pipe that nobody writes to is not waited for")
    func pipes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gale-pipes-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try #require(mkfifo(folder.path + "/pipe.yaml", 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/zero.yaml", withDestinationPath: "/dev/zero")
        for name in ["pipe.yaml", "zero.yaml"] {
            let scenario = folder.path + "/scenario.yaml"
            try "extends: \(name)\n".write(toFile: scenario, atomically: true, encoding: .utf8)
            let error = #expect(throws: ScenarioError.self) { try ScenarioReader.read(path: scenario) }
            #expect(error?.text.contains("cannot read '\(name)': it is no regular file\n") == true)
        }
        let link = folder.path + "/link.yaml"
        try Examples.queue.write(toFile: folder.path + "/base.yaml", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "base.yaml")
        let scenario = folder.path + "/scenario.yaml"
        try "extends: link.yaml\n".write(toFile: scenario, atomically: true, encoding: .utf8)
        #expect(try ScenarioReader.read(path: scenario).name == "queue")
    }

    @Test("a share of any size is written as it was read")
    func largeShares() {
        #expect(QuantityText.share(micros: .max) == "922337203685477.5807%")
        #expect(QuantityText.share(micros: 12_345) == "1.2345%")
        #expect(QuantityText.share(micros: 1_000_000) == "100%")
    }

    @Test("a name with a line's end or a terminal's command in it stays on the message's one line, written out")
    func controlCharacters() throws {
        let text = """
            name: x
            duration: 1s
            brokers: {b: {profile: kafka}}
            topics: {in: {broker: b}, out: {broker: b}}
            workloads: {w: {into: in, rate: 1/s}}
            stages:
              "a\\nb\\e[2J": {reads: in, steps: [{emit: out}, {compute: constant 1ms}]}
            faults: {f: {at: 0s, for: 1s, stage: z}}
            """
        do {
            _ = try ScenarioReader.read(text: text)
            Issue.record("it was accepted")
        } catch {
            #expect(!error.diagnostics.isEmpty)
            for diagnostic in error.diagnostics {
                #expect(!diagnostic.message.unicodeScalars.contains { $0.value < 0x20 }, "\(diagnostic.message)")
            }
            #expect(error.text.contains("unknown stage 'z'"), "\(error.text)")
            #expect(error.text.contains(#"valid here: a\nb\u{1B}[2J"#), "\(error.text)")
        }
    }
}
