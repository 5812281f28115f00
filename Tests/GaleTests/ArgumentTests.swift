// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// What is said about arguments that do not go together, and names that are easily taken for something else.
@Suite struct ArgumentTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    @Test(
        "a doubt names what is wrong, and exit code 2",
        arguments: [
            (["replay", "small.yaml", "--at", "1s", "--violation"], "--violation and --diff exclude each other"),
            (["replay", "small.yaml"], "expected one of --message, --at"),
            (["test", "small.yaml", "--jobs", "-1"], "--jobs: '-1' is negative, which it must not be"),
            (["explore", "small.yaml", "--from", "-3"], "--from: '-3' is negative"),
            (["replay", "small.yaml", "--at", "-1s"], "--at: '-1s' is negative"),
            (["explore", "small.yaml", "--without", "nobody"], "there are provider, store, network, "),
            (["test", "small.yaml", "--seeds", "5..2"], "the range 5..2 is empty; write 2..5"),
            (["explore", "small.yaml", "--seeds", "5..2"], "the range 5..2 is empty; write 2..5"),
            (["test", "small.yaml", "--seeds", "1..20000"], "the range 1..20000 has more than 10,000 seeds"),
            (["test", "small.yaml", "--seeds", "0"], "expected 1 to 10,000 seeds, not 0"),
            (["test", "small.yaml", "--seeds", "commit:0"], "expected 1 to 10,000 seeds, not 0"),
            (["test", "small.yaml", "--seeds", "some"], "expected a number of seeds, A..B, commit or commit:N"),
            (["explore", "small.yaml", "--seeds", "5"], "expected A..B, such as 1..1000, not '5'"),
            (["explore", "small.yaml", "--seeds", "1..9223372036854775808"], "a seed must be less than 2^63"),
            (["explore", "--without", "border", "people", "small.yaml"], "Unexpected argument 'small.yaml'"),
        ])
    func told(_ arguments: [String], _ words: String) throws {
        let run = try GaleProcess.run(arguments, in: folder)
        #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(words), "\(arguments): \(run.errors)")
    }

    @Test("a check tells what is doubtful about a variant, with its name, and once what is about all of them")
    func doubtfulVariants() throws {
        let variants = """
            recovery: {within: 2h}
            variants:
              short: {set: {recovery.within: 3h}}
              long: {set: {drain: 20s}}

            """
        let faults = "faults: {slow: {at: 200ms, for: 100ms, stage: work, replicas: 1}}\n"
        try folder.write(smallScenario() + faults + variants, to: "doubt.yaml")
        let run = try GaleProcess.run(["check", "doubt.yaml"], in: folder)
        #expect(run.status == 0 && run.output == "doubt.yaml: ok (variants: short, long)\n")
        let lines = run.errors.split(separator: "\n").filter { $0.contains("warning: ") }
        #expect(lines.count == 2 && lines[0].contains("recovery may take 2h"), "\(run.errors)")
        #expect(!lines[0].contains("variant") && lines[1].contains("warning: variant 'short': "), "\(run.errors)")
        #expect(lines[1].contains("recovery may take 3h"), "\(run.errors)")
    }

    @Test("of several scenarios a mistake in --set names that with which it is one")
    func setOfMany() throws {
        try folder.write(smallScenario().replacing("  work:", with: "  worker:"), to: "other.yaml")
        let many = try GaleProcess.run(["test", ".", "--set", "stages.work.replicas=2"], in: folder)
        let words = "--set:1:8: error: ./other.yaml: no stage named 'work'"
        #expect(many.status == 2 && many.errors.hasPrefix(words), "\(many)")
        #expect(!many.errors.contains("small.yaml"), "\(many.errors)")
        let one = try GaleProcess.run(["test", "other.yaml", "--set", "stages.work.replicas=2"], in: folder)
        #expect(one.status == 2 && one.errors.hasPrefix("--set:1:8: error: no stage named 'work'"), "\(one.errors)")
    }

    @Test("a file whose name begins with a dash is repeated under a name that does not")
    func dash() throws {
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "-dash.yaml")
        for arguments in [["run", "--", "-dash.yaml"], ["test", "--", "-dash.yaml"]] {
            let run = try GaleProcess.run(arguments, in: folder)
            let line = run.output.split(separator: "\n").first { $0.contains(" ./-dash.yaml --seed 1") }
            let words = try #require(line, "\(run)").split(separator: " ").drop { $0 != "run" }.map(String.init)
            let again = try GaleProcess.run(words, in: folder)
            #expect(run.status == 1 && again.status == 1, "\(again)")
        }
    }

    @Test("what a variant may violate is listed with the invariants, and one that is mistyped is recognised")
    func violates() throws {
        let variant = "variants: {bad: {set: {duration: 2s}, violates: [WHAT]}}\n"
        for (what, words) in [
            ("recoverry", ["did you mean 'recovery'?", "> 0; lost = 0; ", "; ledger; durability;", "; recovery"]),
            (
                "nonsense",
                ["which is neither an expectation of the scenario nor an invariant", "; undelivered < 0.1%; ledger;"]
            ),
            (
                "lost < 5",
                ["which the scenario does not expect", "submitted > 0; lost = 0; undelivered < 0.1%; ledger"]
            ),
            ("nonsense < 5", ["unknown metric 'nonsense'", "misordered, "]),
        ] {
            try folder.write(smallScenario() + variant.replacing("WHAT", with: what), to: "variant.yaml")
            let run = try GaleProcess.run(["check", "variant.yaml"], in: folder)
            #expect(run.status == 2 && words.allSatisfy(run.errors.contains), "\(what): \(run.errors)")
        }
    }

    @Test("a scenario that is named twice is tested once")
    func twice() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.yaml", withDestinationPath: "small.yaml")
        let run = try GaleProcess.run(["test", "small.yaml", "./small.yaml", ".", "link.yaml"], in: folder)
        #expect(run.status == 0 && run.output.contains("\n1 passed: 1 run, "), "\(run)")
    }
}
