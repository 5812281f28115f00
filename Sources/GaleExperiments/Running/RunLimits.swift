// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels
import GalePrimitives

/// The limits that the kernel cannot see: wall time and memory.
package struct RunLimits {
    package var wall: Interval
    /// Bytes of peak resident memory.
    package var memory: UInt64
    let started = ContinuousClock.now

    package init(_ specification: LimitSpecification) {
        wall = specification.wall
        memory = specification.memory
    }

    package var elapsed: Double {
        let elapsed = ContinuousClock.now - started
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    static let memoryReached = "limit reached: memory"

    /// The limit that has been reached, in words; nil: none.
    package var exceeded: String? {
        if elapsed > wall.seconds { return "limit reached: wall time \(wall)" }
        if UInt64(ProcessMemory.peak) > memory { return Self.memoryReached + " \(memory >> 20) MiB" }
        return nil
    }
}
