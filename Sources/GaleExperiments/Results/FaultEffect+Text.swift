// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders

extension FaultEffect {
    /// In words, with the names of the scenario: `provider apns: capacity 20%, excess 503`.
    package func text(in specification: WorldSpecification) -> String {
        switch self {
        case .provider(let index, let fault):
            "provider \(specification.providers[index].name): " + list(fault.texts)
        case .brokerCrash(let broker, let node):
            "broker \(specification.brokers[broker].name): node \(node) crashes"
        case .workerCrash(let stage, let first, let count):
            "stage \(specification.stages[stage].name): "
                + (count == 1 ? "replica \(first) crashes" : "replicas \(first) to \(first + count - 1) crash")
        case .workerPause(let stage, let first, let count):
            "stage \(specification.stages[stage].name): "
                + (count == 1
                    ? "replica \(first) stands still" : "replicas \(first) to \(first + count - 1) stand still")
        case .objections(let stage, let micros, let channel):
            "stage \(specification.stages[stage].name): \(share(micros)) of recipients object to "
                + (channel?.name ?? "everything")
        case .border(let stage, let fault):
            "stage \(specification.stages[stage].name): \(fault.kind.rawValue) \(share(fault.shareMicros))"
                + (fault.delay > .zero ? ", up to \(fault.delay)" : "")
        case .link(let index, let factor, let added, let loss, let partitioned):
            "link \(specification.links[index].name): "
                + list([
                    partitioned ? "partitioned" : nil, latency(factor), added > .zero ? "latency +\(added)" : nil,
                    loss > 0 ? "loss \(share(loss))" : nil,
                ])
        case .store(let index, let capacity, let errors, let factor, let blackout):
            "store \(specification.stores[index].name): "
                + list([
                    blackout ? "no answer" : nil, capacity != 1_000_000 ? "capacity \(share(capacity))" : nil,
                    errors > 0 ? "errors \(share(errors))" : nil, latency(factor),
                ])
        }
    }
}

extension ProviderFault {
    fileprivate var texts: [String?] {
        [
            blackout ? "no answer" : nil, capacityMicros != 1_000_000 ? "capacity \(share(capacityMicros))" : nil,
            excess.map { "excess \($0.text)" }, errorMicros > 0 ? "errors \(share(errorMicros))" : nil,
            latency(latencyFactorMicros),
        ]
    }
}

extension ProviderProfile.Excess {
    fileprivate var text: String {
        switch self {
        case .queue: "queue"
        case .answer(let response): "\(response.status)"
        case .reset: "reset"
        }
    }
}

private func list(_ texts: [String?]) -> String {
    let present = texts.compactMap(\.self)
    return present.isEmpty ? "unchanged" : present.joined(separator: ", ")
}

private func share(_ micros: Int64) -> String { Readable.share(Double(micros) / 1e6) }

private func latency(_ factorMicros: Int64) -> String? {
    factorMicros == 1_000_000 ? nil : "latency ×\(Readable.significant(Double(factorMicros) / 1e6))"
}
