// SPDX-License-Identifier: Apache-2.0
import GaleKernel
import GalePrimitives

/// Writes down every event that it handles, and lets a test react.
final class Recorder: Component {
    struct Entry: Equatable {
        var time: Int64
        var kind: UInt32
        var payload: UInt64
    }

    var entries: [Entry] = []
    var onEvent: ((Recorder, Event) -> UInt64)?

    override func handle(_ event: Event) -> UInt64 {
        entries.append(Entry(time: event.time.nanoseconds, kind: event.kind, payload: event.payload))
        return onEvent?(self, event) ?? event.payload
    }

    var payloads: [UInt64] { entries.map(\.payload) }
}
