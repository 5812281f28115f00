// SPDX-License-Identifier: GPL-3.0-or-later

/// `timing.json`: what depends on the machine.
public struct RunTiming: Codable, Sendable {
    public var wallSeconds, eventsPerSecond, messagesPerSecond: Double
    public var peakMemoryBytes, idleMemoryBytes: Int64

    public init(
        wallSeconds: Double, eventsPerSecond: Double, messagesPerSecond: Double, peakMemoryBytes: Int64,
        idleMemoryBytes: Int64
    ) {
        self.wallSeconds = wallSeconds
        self.eventsPerSecond = eventsPerSecond
        self.messagesPerSecond = messagesPerSecond
        self.peakMemoryBytes = peakMemoryBytes
        self.idleMemoryBytes = idleMemoryBytes
    }
}
