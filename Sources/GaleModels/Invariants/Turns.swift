// SPDX-License-Identifier: Apache-2.0

/// The turns of tenants in each line that they wait in.
struct Turns {
    /// What waits for the same: one replica's notifications of one kind and, where there are lanes, of one priority.
    struct Line: Hashable {
        var replica: Int
        var way: UInt8
        var lane: UInt8

        init(_ replica: Int, _ way: UInt8, _ lane: UInt8) {
            self.replica = replica
            self.way = way
            self.lane = lane
        }
    }

    private let bound: Int
    /// Looked up, and otherwise only thinned out.
    private var meters: [Line: TurnMeter] = [:]

    init(bound: Int) { self.bound = bound }

    mutating func waits(_ line: Line, _ tenant: UInt32) {
        meters[line, default: TurnMeter(bound: bound)].waits(tenant)
    }

    mutating func leaves(_ line: Line, _ tenant: UInt32) { meters[line]?.leaves(tenant) }

    mutating func serves(_ line: Line, _ tenant: UInt32) -> UInt32? {
        meters[line, default: TurnMeter(bound: bound)].serves(tenant)
    }

    mutating func passes(_ line: Line, _ tenant: UInt32) { meters[line]?.passes(tenant) }

    mutating func forget(_ replica: Int) { meters = meters.filter { $0.key.replica != replica } }
}
