// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// What the models draw for. Numbers are part of the versioned key layout: they are never reused.
extension Purpose {
    static var channel: Purpose { Purpose(layer: .recipient, id: 1) }
    static var platform: Purpose { Purpose(layer: .recipient, id: 2) }
    static var zone: Purpose { Purpose(layer: .recipient, id: 3) }
    static var visit: Purpose { Purpose(layer: .recipient, id: 4) }
    static var glance: Purpose { Purpose(layer: .recipient, id: 5) }
    static var objection: Purpose { Purpose(layer: .recipient, id: 6) }
    static var renewal: Purpose { Purpose(layer: .recipient, id: 7) }
    static var recipient: Purpose { Purpose(layer: .workload, id: 1) }
    static var tenant: Purpose { Purpose(layer: .workload, id: 2) }
    static var size: Purpose { Purpose(layer: .workload, id: 3) }
    static var arrival: Purpose { Purpose(layer: .workload, id: 4) }
    static var think: Purpose { Purpose(layer: .workload, id: 5) }
    static var priority: Purpose { Purpose(layer: .workload, id: 6) }
    static var collapseKey: Purpose { Purpose(layer: .workload, id: 7) }
    static var partition: Purpose { Purpose(layer: .broker, id: 1) }
    static var append: Purpose { Purpose(layer: .broker, id: 2) }
    static var replication: Purpose { Purpose(layer: .broker, id: 3) }
    static var commit: Purpose { Purpose(layer: .broker, id: 4) }
    static var linkLatency: Purpose { Purpose(layer: .network, id: 1) }
    static var linkLoss: Purpose { Purpose(layer: .network, id: 2) }
    static var storeShard: Purpose { Purpose(layer: .store, id: 1) }
    static var storeError: Purpose { Purpose(layer: .store, id: 2) }
    static var storeLatency: Purpose { Purpose(layer: .store, id: 3) }
    static var compute: Purpose { Purpose(layer: .stage, id: 1) }
    static var work: Purpose { Purpose(layer: .stage, id: 2) }
    static var workFailure: Purpose { Purpose(layer: .stage, id: 3) }
    static var workRetry: Purpose { Purpose(layer: .stage, id: 4) }
    static var border: Purpose { Purpose(layer: .fault, id: 1) }
    static var borderDelay: Purpose { Purpose(layer: .fault, id: 2) }
    static var dispatcher: Purpose { Purpose(layer: .policy, id: 1) }
}
