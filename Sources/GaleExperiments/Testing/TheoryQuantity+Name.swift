// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

extension TheoryQuantity {
    func name(in specification: WorldSpecification) -> String {
        switch self {
        case .meanLatency: "mean latency"
        case .meanStageLatency(let stage): "mean latency of \(specification.stages[stage].name)"
        case .latencyQuantile(let quantile): "p\(Readable.significant(quantile * 100)) latency"
        case .utilisation: "utilisation"
        case .blocked: "shed"
        case .throughput: "throughput"
        case .deviation: "off from b + r·t"
        }
    }
}
