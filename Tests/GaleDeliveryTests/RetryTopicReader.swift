// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// Reads what a host has handed to retry topics, each when its time has come, and hands it in again.
struct RetryTopicReader {
    private let host: TestHost
    private var read = 0
    private var waiting: [TestHost.Requeued] = []

    init(_ host: TestHost) { self.host = host }

    /// Lets time pass; `isOn` false: and reads nothing.
    mutating func run(for interval: Interval, _ isOn: Bool = true) {
        let end = host.now + interval
        while isOn, let next = next(), next.at <= end { consume(next) }
        host.run(until: end)
    }

    /// Lets time pass until nothing comes any more.
    mutating func drain(_ isOn: Bool = true) {
        while isOn {
            if let next = next() {
                consume(next)
            } else if host.isIdle {
                return
            } else {
                host.step()
            }
        }
        host.drain()
    }

    /// What is due first.
    private mutating func next() -> TestHost.Requeued? {
        waiting += host.requeued[read...]
        read = host.requeued.count
        return waiting.min { $0.at < $1.at }
    }

    private mutating func consume(_ next: TestHost.Requeued) {
        waiting.remove(at: waiting.firstIndex(of: next)!)
        host.run(until: next.at)
        host.consumeAgain(next)
    }
}
