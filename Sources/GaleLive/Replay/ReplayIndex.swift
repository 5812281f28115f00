// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

/// Which inputs of a log answer to which action: by name, in the log's order.
struct ReplayIndex {
    /// What an input is the answer to.
    enum Question: Hashable {
        case attempt(AttemptID)
        case lookUp(LookupID)
        case timer(TimerID)
        case slot(ChainID)
    }

    private var places: [Question: ArraySlice<Int>] = [:]

    init(_ entries: [RunLog.Entry]) {
        var all: [Question: [Int]] = [:]
        for (place, entry) in entries.enumerated() {
            if let question = Self.question(of: entry.input) { all[question, default: []].append(place) }
        }
        places = all.mapValues { $0[...] }
    }

    /// Nil: it comes from outside.
    static func question(of input: Input) -> Question? {
        switch input {
        case .consumed, .consentChanged: nil
        case .responded(let attempt, _): .attempt(attempt)
        case .lookedUp(let lookup, _): .lookUp(lookup)
        case .woken(let timer): .timer(timer)
        case .granted(let chain): .slot(chain)
        }
    }

    /// The next input after `place` that answers this; nil: there is none.
    mutating func take(_ question: Question, after place: Int) -> Int? {
        guard var left = places[question] else { return nil }
        // What lies before was asked by nobody; the host finds that out when its turn comes.
        while let first = left.first, first <= place { left.removeFirst() }
        let found = left.popFirst()
        places[question] = left
        return found
    }
}
