// SPDX-License-Identifier: Apache-2.0

/// A message's name for people: its workload, its number there from 0 on, and of a fan-out its place in it:
/// `transactional/123`, `campaign/12/3`. The same message has it in every run of a scenario and seed.
public enum MessageName {
    private static let unitMask: UInt64 = (1 << 20) - 1

    /// - Parameter identity: workload (8 bits), ordinal (36 bits), place in the fan-out (20 bits).
    public static func text(_ identity: UInt64, in specification: WorldSpecification) -> String {
        let number = Int(identity >> 56)
        let ordinal = identity >> 20 & ((1 << 36) - 1)
        guard number < specification.workloads.count else { return "\(number)/\(ordinal)" }
        let workload = specification.workloads[number]
        let unit = workload.fanOut > 1 ? "/\(identity & unitMask)" : ""
        return "\(workload.name)/\(ordinal)\(unit)"
    }

    /// The identity that a name stands for; nil: there is no such workload, or no such number.
    public static func identity(_ text: String, in specification: WorldSpecification) -> UInt64? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3,
            let number = specification.workloads.firstIndex(where: { $0.name == parts[0] }),
            let ordinal = UInt64(parts[1]), ordinal < 1 << 36
        else { return nil }
        let unit = parts.count == 3 ? UInt64(parts[2]) : 0
        guard let unit, unit <= unitMask, Int64(unit) < max(1, specification.workloads[number].fanOut) else {
            return nil
        }
        return UInt64(number) << 56 | ordinal << 20 | unit
    }
}
