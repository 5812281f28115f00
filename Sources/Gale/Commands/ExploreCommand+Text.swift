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
            : "FAIL  \(report.failures.count) cause\(report.failures.count == 1 ? "" : "s")"
                + (isPartial ? ", cut short" : "")
        let shade = report.failures.isEmpty ? isPartial ? 33 : 32 : 31
        let painted = colour ? "\u{1B}[1;\(shade)m\(verdict)\u{1B}[0m" : verdict
        var lines = [
            "\(painted) · \(report.worlds) worlds of \(report.scenario) · \(report.messages) notifications · seeds "
                + report.seeds
        ]
        if let redrawn = report.redrawn {
            lines.append(
                "drawn again: \(redrawn.worlds) world\(redrawn.worlds == 1 ? "" : "s"), whose values made no scenario "
                    + "\(redrawn.draws) time\(redrawn.draws == 1 ? "" : "s"); seed \(redrawn.seed): \(redrawn.reason)")
        }
        for cause in report.failures {
            lines += [
                "",
                "\(cause.cause) · in \(cause.worlds) world\(cause.worlds == 1 ? "" : "s"), seeds "
                    + cause.seeds.map { "\($0)" }.joined(separator: ", ")
                    + (cause.worlds > cause.seeds.count ? ", …" : ""),
                "  " + cause.text + (cause.message.map { ", message \($0)" } ?? ""), "  " + cause.reproduction,
            ]
            lines += cause.next.map { "  " + $0 }
        }
        lines += ["", "faults: how many were drawn, and how many of them changed a decision"]
        lines += report.faults.map { fault in
            let name = fault.kind.padding(toLength: 22, withPad: " ", startingAt: 0)
            let number = fault.isPossible ? "\(fault.drawn) drawn, \(fault.told) felt" : "not possible here"
            return "  \(name) " + (fault.isOn ? number : "off")
        }
        lines.append(words(report.recovery, of: report.worlds))
        for group in report.coverage {
            lines.append("\(group.group): \(group.reached.count) of \(group.reached.count + group.never.count) reached")
            if !group.reached.isEmpty {
                lines.append(wrapped(group.reached.map { "\($0.name) \($0.worlds)" }, head: "  "))
            }
            if !group.never.isEmpty { lines.append(wrapped(group.never, head: "  never: ")) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func words(_ recovery: ExplorationReport.RecoveryCoverage, of worlds: Int) -> String {
        let states = [
            ("never left", recovery.steady), ("came back", recovery.recovered), ("metastable", recovery.metastable),
            ("fuller or slower than before", recovery.impaired),
            ("load over too soon", recovery.notObserved), ("no steady state before", recovery.notMeasured),
        ]
        let seen = states.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return "recovery: judged in \(recovery.judged) of \(worlds) worlds" + (seen.isEmpty ? "" : "\n  " + seen)
    }

    /// A list in lines of 120 characters.
    private static func wrapped(_ words: [String], head: String) -> String {
        var lines: [String] = []
        var line = head
        for (place, word) in words.enumerated() {
            let word = word + (place + 1 < words.count ? ", " : "")
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
            lines[0] += ", drawn again \(redrawn.draws) time\(redrawn.draws == 1 ? "" : "s"): \(redrawn.reason)"
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
        lines.append("\(run.messages) notifications · outcome \(run.digest)")
        return lines.joined(separator: "\n") + "\n"
    }
}
