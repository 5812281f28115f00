// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// How a kind of state is looked up, compiled from a policy.
struct StateAccess {
    var timeout = Interval.zero
    /// How long what is written lives.
    var lifetime = Interval.zero
    /// `StateRead.adding`.
    var adding: Int32 = 0
    /// What happens when the look-up fails: on, as if nothing were there, or not before the store has answered.
    var failsOpen = true
    /// Once a channel, before the first attempt on it; otherwise once a message.
    var isPerChannel = false
}

/// The look-ups that a policy asks for before a notification is sent, by kind.
struct StateAccesses {
    /// Bit i: kind i is looked up once a message, before its first attempt; see `Chain.tried`.
    private(set) var perMessage: UInt32 = 0
    /// Bit i: kind i is looked up once a channel, before the first attempt on it.
    private(set) var perChannel: UInt32 = 0
    private let accesses: UnsafeMutablePointer<StateAccess>

    init(_ policy: Policy) {
        accesses = .allocate(capacity: StateKind.allCases.count)
        accesses.initialize(repeating: StateAccess(), count: StateKind.allCases.count)
        for kind in StateKind.allCases {
            guard let access = Self.access(kind, policy) else { continue }
            accesses[Int(kind.rawValue)] = access
            if access.isPerChannel { perChannel |= Self.bit(kind) } else { perMessage |= Self.bit(kind) }
        }
    }

    func deallocate() { accesses.deallocate() }

    /// How a policy asks for a kind; nil: it does not.
    private static func access(_ kind: StateKind, _ policy: Policy) -> StateAccess? {
        switch kind {
        case .deduplication:
            policy.deduplication.map {
                StateAccess(timeout: $0.timeout, lifetime: $0.window, failsOpen: $0.onFailure == .open)
            }
        case .presence:
            policy.routing.presence.map { StateAccess(timeout: $0.timeout, failsOpen: $0.onFailure == .open) }
        case .cap:
            policy.routing.cap.map {
                StateAccess(
                    timeout: $0.timeout, lifetime: $0.window, adding: Int32(clamping: max(0, $0.limit)),
                    failsOpen: $0.onFailure == .open)
            }
        case .suppression:
            policy.suppression.map {
                StateAccess(
                    timeout: $0.timeout, lifetime: $0.retention, failsOpen: $0.onFailure == .open, isPerChannel: true)
            }
        case .consent:
            policy.consent.map {
                StateAccess(timeout: $0.timeout, failsOpen: $0.onFailure == .open, isPerChannel: true)
            }
        }
    }

    static func kinds(of policy: Policy) -> [StateKind] {
        StateKind.allCases.filter { access($0, policy) != nil }
    }

    subscript(_ kind: StateKind) -> StateAccess {
        @inline(__always) get { accesses[Int(kind.rawValue)] }
    }

    /// Whether nothing is looked up but, perhaps, the idempotency key.
    var isPlain: Bool { (perMessage | perChannel) & ~Self.bit(.deduplication) == 0 }

    @inline(__always)
    static func bit(_ kind: StateKind) -> UInt32 { 1 << UInt32(kind.rawValue) }

    /// The kind that is first in a set of bits; for the empty one the idempotency key, see `Chain.tried`.
    ///
    /// Whether the recipient is in the app is asked before what is asked by channel, as it decides which channel comes first.
    @inline(__always)
    static func first(_ bits: UInt32) -> StateKind {
        if bits == 0 || bits & bit(.deduplication) != 0 { return .deduplication }
        if bits & bit(.presence) != 0 { return .presence }
        return StateKind(rawValue: UInt8(bits.trailingZeroBitCount)).unsafelyUnwrapped
    }
}
