// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// `gale replay` and `gale shrink` from outside.
@Suite struct ReplayCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
    }

    private func gale(_ arguments: String...) throws -> GaleProcess { try GaleProcess.run(arguments, in: folder) }

    @Test("a message's life is told, and written as a trace")
    func life() throws {
        let run = try gale("replay", "small.yaml", "--message", "jobs/3", "--trace", "life.json")
        #expect(run.status == 0 && run.output.hasPrefix("jobs/3 in "), "\(run.errors)")
        #expect(run.output.contains("submitted") && run.output.contains("delivered, "))
        let trace = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: folder.path + "/life.json")))
        #expect(((trace as? [String: Any])?["traceEvents"] as? [Any])?.isEmpty == false)
        let json = try gale("replay", "small.yaml", "--message", "jobs/3", "--json")
        #expect(json.status == 0 && json.output.hasPrefix("{"))
    }

    @Test("a moment is told, and where two runs part")
    func moments() throws {
        let moment = try gale("replay", "small.yaml", "--at", "500ms", "--window", "20ms")
        #expect(moment.status == 0 && moment.output.contains("slots in use"), "\(moment.errors)")
        let parting = try gale("replay", "small.yaml", "--diff", "seed=2")
        #expect(parting.status == 1 && parting.output.contains("first only"), "\(parting.errors)")
        #expect(try gale("run", "small.yaml", "--out", "earlier").status == 0)
        let same = try gale("replay", "small.yaml", "--diff", "earlier", "--quiet")
        #expect(same.status == 0 && same.output == "The runs are the same.\n" && same.errors.isEmpty)
        let json = try gale("replay", "small.yaml", "--diff", "seed=1", "--json", "--quiet")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: String]
        let words = ["first": "seed 1", "second": "seed=1", "verdict": "the runs are the same"]
        #expect(json.status == 0 && object == words, "\(json)")
        try folder.write(smallScenario(rate: "90/s"), to: "small.yaml")
        let other = try gale("replay", "small.yaml", "--seed", "2", "--diff", "earlier", "--quiet")
        #expect(
            other.status == 1
                && other.errors.contains("note: 'earlier' is a run of another scenario: 'small' as it was"))
        #expect(other.errors.contains("note: 'earlier' is a run with seed 1\n"), "\(other.errors)")
    }

    @Test("a folder of a variant's run is one of that variant, and of another scenario only where that has changed")
    func variants() throws {
        let variants = "variants: {slow: {set: {stages.work.concurrency: 2}}, idle: {set: {drain: 20s}}}\n"
        try folder.write(smallScenario() + variants, to: "small.yaml")
        #expect(try gale("run", "small.yaml", "--variant", "slow", "--out", "slow").status == 0)
        #expect(try folder.read("slow/summary.json").contains("\"variant\" : \"slow\""))
        #expect(try gale("run", "small.yaml", "--out", "plain").status == 0)
        #expect(try !folder.read("plain/summary.json").contains("variant"))

        let same = try gale("replay", "small.yaml", "--variant", "slow", "--diff", "slow", "--quiet")
        #expect(same.status == 0 && same.errors.isEmpty, "\(same)")
        let other = try gale("replay", "small.yaml", "--diff", "slow", "--quiet")
        #expect(other.status == 1 && other.errors == "note: 'slow' is a run of variant 'slow'\n", "\(other.errors)")
        let plain = try gale("replay", "small.yaml", "--variant", "slow", "--diff", "plain", "--quiet")
        #expect(plain.status == 1 && plain.errors == "note: 'plain' is a run without a variant\n", "\(plain.errors)")
        // As former versions wrote it.
        let summary = try folder.read("slow/summary.json")
        try folder.write(summary.replacing(/,\n *"variant" : "slow"/, with: ""), to: "slow/summary.json")
        let former = try gale("replay", "small.yaml", "--diff", "slow", "--quiet")
        #expect(former.errors == "note: 'slow' is a run of variant 'slow'\n", "\(former.errors)")
        try folder.write(summary, to: "slow/summary.json")
        try folder.write(smallScenario(rate: "90/s") + variants, to: "small.yaml")
        let changed = try gale("replay", "small.yaml", "--variant", "slow", "--diff", "slow", "--quiet")
        let words = "note: 'slow' is a run of another scenario: 'small', variant 'slow', as it was then\n"
        #expect(changed.status == 1 && changed.errors == words, "\(changed.errors)")
    }

    @Test("a moment at the end of time is the end of the run")
    func endOfTime() throws {
        let run = try gale("replay", "small.yaml", "--at", "9223372036s", "--window", "9223372036s")
        #expect(run.status == 0 && run.output.contains("the run is over at "), "\(run.errors)")
    }

    @Test("what a killed shrinking left behind is no scenario of a folder, and goes when another one begins")
    func stale() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/Scenarios/regressions", withIntermediateDirectories: true)
        // No process has a number this high: Linux ends at 2^22.
        let (dead, own) = (".gale-shrink-99999999-0.yaml", ".gale-shrink-\(getpid())-0.yaml")
        for name in [dead, own, "a.yaml"] {
            try folder.write(smallScenario(expecting: "submitted < 5"), to: "Scenarios/regressions/" + name)
        }
        let test = try gale("test", "Scenarios")
        #expect(test.status == 1 && test.output.contains("1 of 1 failed"), "\(test.output)")
        #expect(try gale("test", "Scenarios/regressions/" + own).status == 1, "named, it is one")
        #expect(try gale("shrink", "Scenarios/regressions/a.yaml", "--causes").status == 0)
        #expect(try folder.names(in: "Scenarios/regressions") == [own, "a.yaml"])
        // Nor where only the causes of its scenario were asked for.
        try folder.write(smallScenario(expecting: "submitted < 5"), to: "Scenarios/regressions/" + dead)
        try FileManager.default.createDirectory(atPath: folder.path + "/other", withIntermediateDirectories: true)
        #expect(try gale("shrink", "Scenarios/regressions/a.yaml", "--quiet", "--out", "other/b.yaml").status == 0)
        #expect(try folder.names(in: "Scenarios/regressions") == [own, "a.yaml"])
    }

    @Test("wrong arguments are told, exit code 2")
    func wrong() throws {
        for arguments in [
            ["replay", "small.yaml"], ["replay", "small.yaml", "--message", "nobody/1"],
            ["replay", "small.yaml", "--message", "jobs/1", "--at", "1s"], ["replay", "small.yaml", "--at", "soon"],
            ["replay", "small.yaml", "--diff", "nonsense"], ["replay", "small.yaml", "--violation"],
            ["shrink", "small.yaml", "--quiet"],
        ] {
            let run = try GaleProcess.run(arguments, in: folder)
            #expect(run.status == 2 && !run.errors.isEmpty && run.output.isEmpty, "\(arguments): \(run)")
        }
    }

    /// Undelivered notifications need both providers to be out at once.
    private static let failing: String = {
        var text = """
            name: pair
            duration: 40s
            drain: 20s
            workloads: {app: {into: outbox, rate: 20/s, channels: {sms: 100%}, ttl: 6s}}
            brokers: {memory: {profile: direct}}
            topics: {outbox: {broker: memory}}
            links: {path: {latency: constant 5ms}}
            stages: {sender: {reads: outbox, replicas: 2, concurrency: 200, steps: [{deliver: {policy: standard}}]}}
            providers: {sms-a: {profile: sms, link: path}, sms-b: {profile: sms, link: path}}
            policies:
              standard: {routes: {sms: [sms-a, sms-b]}, timeout: 1s, waiting: park, retry: {base: 100ms, cap: 500ms, attempts: 20}}
            expect: [lost = 0, undelivered < 2%]
            faults:
              out-a: {at: 15s, for: 12s, provider: sms-a, blackout: true}
              out-b: {at: 15s, for: 12s, provider: sms-b, blackout: true}

            """
        for number in 0..<18 { text += "  slow-\(number): {at: \(number * 2)s, for: 1s, link: path, delay: 3ms}\n" }
        return text
    }()

    @Test("of twenty faults among which two matter those two remain, stored as a scenario that fails in the same way")
    func shrinks() throws {
        try folder.write(Self.failing, to: "pair.yaml")
        #expect(try gale("shrink", "pair.yaml", "--causes").output.contains("expectation: undelivered < 2%"))
        let run = try gale("shrink", "pair.yaml", "--cause", "expectation: undelivered < 2%")
        #expect(run.status == 0 && run.output.contains("20 before, 2 left"), "\(run)")
        #expect(run.output.contains(/value +before: [0-9.]+%; left: [0-9.]+%/), "\(run.output)")
        #expect(run.output.contains(/runs +\d+; not run: \d+ tr(y|ies) that left no valid scenario/))
        #expect(run.errors.hasPrefix("1 run  20 faults  "), "\(run.errors)")
        let file = "Scenarios/regressions/pair-expectation-undelivered-2-1.yaml"
        let text = try String(contentsOfFile: folder.path + "/" + file, encoding: .utf8)
        #expect(text.contains("out-a") && text.contains("out-b") && !text.contains("slow-"))
        #expect(text.contains("# Story: ") && text.contains("regression:"))
        // Nothing of the tries is left behind.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/Scenarios/regressions")
        #expect(left == ["pair-expectation-undelivered-2-1.yaml"])

        let known = try gale("test", "Scenarios/regressions")
        #expect(known.status == 0 && known.output.contains("reproduces"), "\(known)")
        try folder.write(text.replacingOccurrences(of: "expected: reproduces", with: "expected: fixed"), to: file)
        let back = try gale("test", "Scenarios/regressions")
        #expect(back.status == 1 && back.output.contains("it is back"), "\(back)")
        // Mended by more time; what it reaches is the same.
        let mended = text.replacingOccurrences(of: "ttl: 6s", with: "ttl: 10min")
            .replacingOccurrences(of: "expected: reproduces", with: "expected: fixed")
        try folder.write(mended, to: file)
        #expect(try gale("test", file).output.contains("fixed"))
        // Without its faults it gets nowhere near.
        try folder.write(
            text.replacingOccurrences(of: "blackout: true", with: "latency: 1.01x"), to: file)
        let stale = try gale("test", "Scenarios/regressions")
        #expect(stale.status == 1 && stale.output.contains("stale"), "\(stale)")
    }
}
