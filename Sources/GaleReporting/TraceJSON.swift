// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// A story as a trace that `ui.perfetto.dev` and `chrome://tracing` open: the Trace Event Format's JSON object form ("Trace
/// Event Format", Google, 2016), times in microseconds of the run.
///
/// One process stands for the run, a thread in it for every place. Each step is a complete event (`X`), as long as it lasted,
/// and what led to it is a flow (`s` to `f`) from the step before.
public enum TraceJSON {
    public static func text(_ story: Story) -> String {
        var places: [String] = []
        for step in story.steps where !places.contains(step.place) { places.append(step.place) }
        var events = [
            Event(
                name: "process_name", ph: "M", pid: 1, tid: 0,
                args: ["name": .text("\(story.scenario), seed \(story.seed)")])
        ]
        for (place, name) in places.enumerated() {
            events.append(
                Event(name: "thread_name", ph: "M", pid: 1, tid: place + 1, args: ["name": .text(name)]))
            events.append(
                Event(name: "thread_sort_index", ph: "M", pid: 1, tid: place + 1, args: ["sort_index": .number(place)]))
        }
        let threads = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0 + 1) })
        for step in story.steps { events.append(slice(step, threads[step.place] ?? 0)) }
        for step in story.steps {
            guard let cause = step.cause, let from = story.steps.first(where: { $0.number == cause }) else { continue }
            events += flow(from, step, threads)
        }
        return JSONText.compact(Trace(traceEvents: events, displayTimeUnit: "ms")) + "\n"
    }

    private static func slice(_ step: Story.Step, _ thread: Int) -> Event {
        let length = step.endNanoseconds.map { max(1_000, $0 - step.nanoseconds) } ?? 1_000
        var arguments: [String: Argument] = ["step": .number(step.number)]
        if let cause = step.cause { arguments["cause"] = .number(cause) }
        return Event(
            name: step.text, cat: "step", ph: "X", ts: micros(step.nanoseconds), dur: micros(length), pid: 1,
            tid: thread, args: arguments)
    }

    /// An arrow from within the one slice to within the other; it may not run backwards in time.
    private static func flow(_ from: Story.Step, _ to: Story.Step, _ threads: [String: Int]) -> [Event] {
        guard from.nanoseconds <= to.nanoseconds else { return [] }
        return [
            Event(
                name: "leads to", cat: "cause", ph: "s", ts: micros(from.nanoseconds), pid: 1,
                tid: threads[from.place] ?? 0, id: to.number),
            Event(
                name: "leads to", cat: "cause", ph: "f", bp: "e", ts: micros(to.nanoseconds), pid: 1,
                tid: threads[to.place] ?? 0, id: to.number),
        ]
    }

    private static func micros(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1_000 }

    private struct Trace: Encodable {
        var traceEvents: [Event]
        var displayTimeUnit: String
    }

    /// One record; the names are the format's.
    private struct Event: Encodable {
        var name: String
        var cat: String?
        var ph: String
        var bp: String?
        var ts: Double?
        var dur: Double?
        var pid: Int
        var tid: Int
        var id: Int?
        var args: [String: Argument]?
    }

    private enum Argument: Encodable {
        case text(String), number(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }
}
