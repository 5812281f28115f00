// SPDX-License-Identifier: Apache-2.0

extension Dispatcher {
    /// Bytes that grow with who is active, by the tables' own capacity: attempts under way, tenants, recipients and keys that wait, and the
    /// windows of providers that were ever used. What a notification itself takes is `bytesPerChain`, and stays for the next one.
    package var activeBytes: Int {
        let state = core.state
        var sum = state.pointee.routing.collapsible.bytes
        if let guards = state.pointee.guards {
            sum += guards.pointee.calls.bytes + guards.pointee.tenants.bytes
            for index in 0..<state.pointee.providerCount { sum += guards.pointee.providers[index].limit.bytes }
        }
        if let safety = state.pointee.safety { sum += safety.pointee.recipients.bytes }
        for index in 0..<state.pointee.providerCount { sum += state.pointee.providers[index].breaker.bytes }
        for index in 0..<state.pointee.gateCount { sum += state.pointee.gates[index].budget.bytes }
        return sum
    }
}
