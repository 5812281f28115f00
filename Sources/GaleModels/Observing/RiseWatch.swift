// SPDX-License-Identifier: Apache-2.0
import GaleKernel

/// Watches a number through a run: at which events it rose.
package final class RiseWatch: WorldObserver {
    package struct Rise: Equatable, Sendable {
        /// Counts from 1.
        package var event: Int
        /// Nanoseconds.
        package var time: Int64
        package var value: Int64
    }

    /// The first ones.
    package private(set) var rises: [Rise] = []
    /// The last event at which it was greater than ever before; nil: it never rose.
    package private(set) var highest: Rise?
    private let most: Int
    private let read: (World) -> Int64
    private var event = 0
    private var last: Int64 = 0

    /// - Parameters:
    ///   - most: rises that are kept.
    ///   - read: the number; 0 at the beginning.
    package init(most: Int = 16, _ read: @escaping (World) -> Int64) {
        self.most = most
        self.read = read
    }

    override package func didHandle(_ event: Event, entity: UInt64) {
        self.event += 1
        let value = read(world)
        defer { last = value }
        guard value > last else { return }
        let rise = Rise(event: self.event, time: now, value: value)
        if rises.count < most { rises.append(rise) }
        if value > highest?.value ?? 0 { highest = rise }
    }
}
