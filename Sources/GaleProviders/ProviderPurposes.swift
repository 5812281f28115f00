// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// What a provider draws for. The numbers are part of the versioned key layout: they are never used for anything else.
enum ProviderPurposes {
    /// a: recipient, b: dialect. What is wrong with the recipient, at every provider of the dialect.
    static var refusal: Purpose { Purpose(layer: .recipient, id: 0x0100) }
    /// a: recipient, b: provider. Whether the recipient's server greylists this sender.
    static var greylisting: Purpose { Purpose(layer: .recipient, id: 0x0101) }
    /// a: provider, b: second.
    static var latencyWeather: Purpose { Purpose(layer: .weather, id: 0x0100) }
    /// a: provider, b: second.
    static var errorWeather: Purpose { Purpose(layer: .weather, id: 0x0101) }
    /// a: provider. Where in its window an at-once quota starts.
    static var quotaPhase: Purpose { Purpose(layer: .weather, id: 0x0102) }
    /// a: notification key, b: provider and attempt. How the call ends.
    static var outcome: Purpose { Purpose(layer: .call, id: 0x0100) }
    /// a: notification key, b: provider and attempt.
    static var latency: Purpose { Purpose(layer: .call, id: 0x0101) }
}
