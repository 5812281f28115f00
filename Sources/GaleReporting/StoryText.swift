// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// A story as a person reads it: a line a step, with its time, its place, and the step that led to it.
public enum StoryText {
    public static func text(_ story: Story, colour: Bool) -> String {
        let pen = Pen(colour: colour)
        let variant = story.variant.map { ", variant \($0)" } ?? ""
        var lines = ["\(story.subject) in \(story.scenario)\(variant), seed \(story.seed)"]
        lines += story.heading.map { "  " + $0 } + [""]
        let times = story.steps.map { time($0.nanoseconds) }
        let width = times.map(\.count).max() ?? 0
        let places = min(28, story.steps.map(\.place.count).max() ?? 0)
        let digits = story.steps.last.map { "\($0.number)".count } ?? 1
        for (step, time) in zip(story.steps, times) {
            let isNext = step.cause == step.number - 1 || step.cause == nil
            let cause = isNext ? "" : pen.paint("  from \(step.cause ?? 0)", .faint)
            lines.append(
                pen.paint(Columns.right("\(step.number)", digits), .faint) + "  " + Columns.right(time, width) + "  "
                    + Columns.left(step.place, places) + "  " + step.text + cause)
        }
        return lines.map(printable).joined(separator: "\n") + "\n"
    }

    /// `20.000 412 s`: seconds with microseconds.
    static func time(_ nanoseconds: Int64) -> String {
        let micros = (nanoseconds + 500) / 1_000
        let digits = String(micros % 1_000_000 + 1_000_000).dropFirst()
        return "\(micros / 1_000_000).\(digits) s"
    }

    private static func printable(_ line: String) -> String {
        var text = ""
        for scalar in line.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\u{1b}"
            text.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
        }
        return text
    }
}
