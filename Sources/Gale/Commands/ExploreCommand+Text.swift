// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GaleModels

/// What an exploration has found, in words and as JSON.
enum ExploreText {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    static func words(_ report: ExplorationReport, colour: Bool) -> String {
        let isPartial = report.isPartial == true
        let verdict =
            report.failures.isEmpty
            ? isPartial ? "cut short: nothing found so far" : "ok: nothing found"
            : "FAIL  \(Readable.counted(report.failures.count, "cause"))"
                + (isPartial ? ", cut short" : "")
        let shade = report.failures.isEmpty ? isPartial ? 33 : 32 : 31
        let painted = colour ? "\u{1B}[1;\(shade)m\(verdict)\u{1B}[0m" : verdict
        var lines = [
            "\(painted) · \(Readable.counted(report.worlds, "world")) of \(report.scenario) · "
                + "\(Readable.counted(report.messages, "notification")) · "
                + "\(report.worlds == 1 ? "seed" : "seeds") \(report.seeds)"
        ]
        if let redrawn = report.redrawn {
            lines.append(
                "drawn again: \(Readable.counted(redrawn.worlds, "world")), whose values made no scenario "
                    + "\(Readable.counted(redrawn.draws, "time")); seed \(redrawn.seed): \(redrawn.reason)")
        }
        for cause in report.failures {
            lines += [
                "",
                "\(cause.cause) · in \(Readable.counted(cause.worlds, "world")), "
                    + (cause.worlds == 1 ? "seed " : "seeds ")
                    + cause.seeds.map { "\($0)" }.joined(separator: ", ")
                    + (cause.worlds > cause.seeds.count ? ", …" : ""),
                "  " + cause.text + (cause.message.map { ", message \($0)" } ?? ""), "  " + cause.reproduction,
            ]
            lines += cause.next.map { "  " + $0 }
        }
        lines += ["", "faults: how many were drawn, and how many of them changed a decision"]
        lines += report.faults.map { fault in
            let name = fault.kind.padding(toLength: 22, withPad: " ", startingAt: 0)
            let number =
                fault.isPossible
                ? "\(Readable.count(fault.drawn)) drawn, \(Readable.count(fault.told)) felt" : "not possible here"
            return "  \(name) " + (fault.isOn ? number : "off")
        }
        lines.append(words(report.recovery, of: report.worlds))
        for group in report.coverage {
            let all = group.reached.count + group.never.count
            lines.append(
                "\(group.group): \(group.reached.count) of \(all) reached"
                    + (group.reached.isEmpty ? "" : " (behind each: in how many worlds)"))
            if !group.reached.isEmpty {
                let reached = group.reached.map {
                    "\(CoverageWords.words($0.name, in: group.group)) (\(Readable.count($0.worlds)))"
                }
                lines.append(wrapped(reached, head: "  "))
            }
            if !group.never.isEmpty {
                lines.append(wrapped(group.never.map { CoverageWords.words($0, in: group.group) }, head: "  never: "))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func words(_ recovery: ExplorationReport.RecoveryCoverage, of worlds: Int) -> String {
        let states = [
            ("never left", recovery.steady), ("came back", recovery.recovered), ("metastable", recovery.metastable),
            ("fuller or slower than before", recovery.impaired),
            ("load over too soon", recovery.notObserved),
            ("no steady state before the first fault", recovery.notMeasured),
        ]
        let seen = states.filter { $0.1 > 0 }.map { "\($0.0) (\(Readable.count($0.1)))" }.joined(separator: ", ")
        let advice =
            recovery.notMeasured > 0
            ? "\n  where there was no steady state nobody can say whether it came back: a longer `warm-up` under `explore:`, or "
                + "less load, lets one be seen" : ""
        return "recovery: judged in \(Readable.count(recovery.judged)) of \(Readable.counted(worlds, "world"))"
            + (seen.isEmpty ? "" : "\n  " + seen) + advice
    }

    /// A list in lines of 120 characters.
    private static func wrapped(_ words: [String], head: String) -> String {
        var lines: [String] = []
        var line = head
        for (place, word) in words.enumerated() {
            let word = word + (place + 1 < words.count ? "; " : "")
            if line.count + word.count > 120 {
                lines.append(line)
                line = "    "
            }
            line += word
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// What was drawn.
    static func words(_ world: WorldDrawing.DrawnWorld) -> String {
        var lines = ["seed \(world.seed)"]
        if let redrawn = world.redrawn {
            lines[0] += ", drawn again \(Readable.counted(redrawn.draws, "time")): \(redrawn.reason)"
        }
        for setting in world.settings where setting.path != "faults" {
            lines.append("  \(setting.path): \(setting.value)")
        }
        lines.append("faults")
        for (fault, kind) in zip(world.scenario.specification.faults, world.kinds) {
            lines.append(
                "  \(fault.name) at \(fault.at) for \(fault.length): \(fault.effect.text(in: world.scenario.specification)) "
                    + "(\(kind.name))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What came of it.
    static func words(_ run: ExploredRun) -> String {
        var lines = run.allFailures.map { "FAIL  \($0.text)" }
        if lines.isEmpty { lines = ["ok"] }
        let quiet = run.faults.filter { !$0.told }.map { FaultKind.all[$0.kind].name }
        if !quiet.isEmpty { lines.append("changed nothing: \(quiet.joined(separator: ", "))") }
        lines.append("\(Readable.counted(run.messages, "notification")) · outcome \(run.digest)")
        return lines.joined(separator: "\n") + "\n"
    }
}
