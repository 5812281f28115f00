// SPDX-License-Identifier: Apache-2.0

extension FaultKind {
    /// Every kind that there is.
    public static let all: [FaultKind] =
        [
            providerBrownout, providerErrors, providerThrottling, providerRejections, providerFalseWave, providerSlow,
            providerBlackout,
            storeOverload, storeErrors, storeSlow, storeBlackout, linkSlow, linkLoss, linkPartition, brokerCrash,
            workerCrash, workerPause, objections,
        ] + BorderFault.Kind.allCases.map(border)

    public static func named(_ name: String) -> FaultKind? { all.first { $0.name == name } }

    // MARK: Providers

    static let providerSlow = FaultKind(
        "provider-slow", .provider, .provider, "its answers take several times as long",
        [Parameter("latency", .factor(2_000_000...30_000_000, milder: .lower))])

    static let providerBrownout = FaultKind(
        "provider-brownout", .provider, .provider, "it serves a part of its capacity",
        [
            Parameter("capacity", .share(20_000...600_000, milder: .upper)),
            Parameter("excess", .words(["queue", "429", "503", "reset"]), isOptional: true),
        ])

    static let providerErrors = FaultKind(
        "provider-errors", .provider, .provider, "calls fail with an error that passes",
        [
            Parameter("errors", .share(50_000...1_000_000, milder: .lower)),
            Parameter("answer", .answer(.passing), isOptional: true),
        ])

    static let providerThrottling = FaultKind(
        "provider-throttling", .provider, .provider, "calls are turned away as too many",
        [
            Parameter("errors", .share(100_000...1_000_000, milder: .lower)),
            Parameter("answer", .answer(.throttling)),
        ])

    static let providerRejections = FaultKind(
        "provider-rejections", .provider, .provider, "calls are turned away for good, and wrongly so",
        [
            Parameter("errors", .share(50_000...500_000, milder: .lower)),
            Parameter("answer", .answer(.permanent)),
        ])

    static let providerFalseWave = FaultKind(
        "provider-false-wave", .provider, .provider, "recipients are said to be gone who are not",
        [
            Parameter("errors", .share(200_000...1_000_000, milder: .lower)),
            Parameter("answer", .answer(.gone)),
        ])

    static let providerBlackout = FaultKind(
        "provider-blackout", .provider, .provider, "it does not answer", [Parameter("blackout", .flag)])

    // MARK: Stores

    static let storeSlow = FaultKind(
        "store-slow", .store, .store, "its operations take several times as long",
        [Parameter("latency", .factor(2_000_000...200_000_000, milder: .lower))])

    static let storeOverload = FaultKind(
        "store-overload", .store, .store, "it serves a part of its capacity",
        [Parameter("capacity", .share(100...200_000, milder: .upper))])

    static let storeErrors = FaultKind(
        "store-errors", .store, .store, "operations fail",
        [Parameter("errors", .share(20_000...1_000_000, milder: .lower))])

    static let storeBlackout = FaultKind(
        "store-blackout", .store, .store, "it does not answer", [Parameter("blackout", .flag)])

    // MARK: Network

    static let linkSlow = FaultKind(
        "link-slow", .network, .link, "what passes it takes longer",
        [
            Parameter("latency", .factor(2_000_000...20_000_000, milder: .lower), isOptional: true),
            Parameter("delay", .time(5_000_000...3_000_000_000, milder: .lower)),
        ])

    static let linkLoss = FaultKind(
        "link-loss", .network, .link, "requests and answers vanish",
        [Parameter("loss", .share(10_000...600_000, milder: .lower))])

    static let linkPartition = FaultKind(
        "link-partition", .network, .link, "nothing gets through", [Parameter("partition", .flag)])

    // MARK: Brokers, workers, people

    static let brokerCrash = FaultKind(
        "broker-crash", .broker, .brokerNode, "a node dies, and comes back", [Parameter("node", .node)])

    static let workerCrash = FaultKind(
        "worker-crash", .process, .stage, "replicas die at once, and come back",
        [Parameter("replica", .replica), Parameter("replicas", .replicas)])

    static let workerPause = FaultKind(
        "worker-pause", .process, .leasingStage, "replicas stand still, and go on without having noticed",
        [Parameter("replica", .replica), Parameter("replicas", .replicas), Parameter("pause", .flag)])

    static let objections = FaultKind(
        "objections", .people, .consentingStage, "recipients object to a channel, and consent again",
        [
            Parameter("objections", .share(20_000...600_000, milder: .lower)),
            Parameter("channel", .channel, isOptional: true),
        ])

    // MARK: The border of the delivery code

    static func border(_ kind: BorderFault.Kind) -> FaultKind {
        var parameters = [
            Parameter("border", .words([kind.rawValue])),
            Parameter("share", .share(10_000...500_000, milder: .lower)),
        ]
        if kind.takesDelay { parameters.append(Parameter("delay", .time(1_000_000...20_000_000_000, milder: .lower))) }
        return FaultKind("border-" + kind.rawValue, .border, .deliveringStage, kind.about, parameters)
    }
}

extension FaultEffect {
    /// The registered kinds that this is: one, or several where a fault changes several things at once. A new effect does not
    /// compile until it has its kind here.
    public var kinds: [FaultKind] {
        switch self {
        case .provider(_, let fault):
            var kinds: [FaultKind] = []
            if fault.blackout { kinds.append(.providerBlackout) }
            if fault.latencyFactorMicros != 1_000_000 { kinds.append(.providerSlow) }
            if fault.capacityMicros != 1_000_000 || fault.excess != nil { kinds.append(.providerBrownout) }
            if fault.errorMicros != 0 { kinds.append(fault.errorKind) }
            return kinds
        case .store(_, let capacity, let errors, let latency, let blackout):
            var kinds: [FaultKind] = []
            if blackout { kinds.append(.storeBlackout) }
            if latency != 1_000_000 { kinds.append(.storeSlow) }
            if capacity != 1_000_000 { kinds.append(.storeOverload) }
            if errors != 0 { kinds.append(.storeErrors) }
            return kinds
        case .link(_, let factor, let delay, let loss, let isPartitioned):
            var kinds: [FaultKind] = []
            if isPartitioned { kinds.append(.linkPartition) }
            if factor != 1_000_000 || delay > .zero { kinds.append(.linkSlow) }
            if loss != 0 { kinds.append(.linkLoss) }
            return kinds
        case .brokerCrash: return [.brokerCrash]
        case .workerCrash: return [.workerCrash]
        case .workerPause: return [.workerPause]
        case .objections: return [.objections]
        case .border(_, let fault): return [.border(fault.kind)]
        }
    }
}
