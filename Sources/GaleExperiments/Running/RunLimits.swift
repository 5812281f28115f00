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

    /// The limit that has been reached; nil: none.
    package var exceeded: RunLimit? {
        if elapsed > wall.seconds { return .wall }
        return UInt64(ProcessMemory.peak) > memory ? .memory : nil
    }

    /// That it has been reached, in words.
    func text(_ limit: RunLimit) -> String {
        switch limit {
        case .wall: "limit reached: wall time \(wall)"
        case .memory: "limit reached: memory \(memory >> 20) MiB"
        }
    }
}
