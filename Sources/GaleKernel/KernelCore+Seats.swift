// SPDX-License-Identifier: Apache-2.0

extension KernelCore {
    /// Gives a component the next number, and keeps it alive.
    mutating func register(_ component: Component) {
        precondition(seatCount < 1 << 16, "a kernel has at most 65,536 components")
        if seatCount == seatCapacity {
            let larger = UnsafeMutablePointer<Seat>.allocate(capacity: 2 * Int(seatCapacity))
            larger.moveInitialize(from: seats, count: Int(seatCount))
            seats.deallocate()
            seats = larger
            seatCapacity *= 2
        }
        (seats + Int(seatCount)).initialize(to: Seat(component: Unmanaged.passRetained(component)))
        seatCount += 1
    }

    /// Lets the components go.
    func deallocateSeats() {
        for index in 0..<Int(seatCount) { seats[index].component.release() }
        seats.deallocate()
    }
}
