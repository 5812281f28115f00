// SPDX-License-Identifier: Apache-2.0

/// The most attempts under way at once, so that one slow provider or one loud tenant can't take every slot (a bulkhead: Nygard,
/// "Release It!"). What is beyond waits, without using anything up.
///
/// Scope: one dispatcher; a fleet's bulkheads are as many times as large. It needs no store.
public struct BulkheadPolicy: Equatable, Sendable {
    /// For each provider that is named; at least 1.
    public var providers: [Provider]
    /// For every tenant, at least 1. Nil: without limit.
    public var tenant: Int?
    /// Notifications of one tenant that may wait for its permits; what is beyond is shed. Default 10,000.
    public var tenantQueue: Int

    public init(providers: [Provider] = [], tenant: Int? = nil, tenantQueue: Int = 10_000) {
        self.providers = providers
        self.tenant = tenant
        self.tenantQueue = tenantQueue
    }

    public struct Provider: Equatable, Sendable {
        public var provider: ProviderIndex
        public var attempts: Int

        public init(provider: ProviderIndex, attempts: Int) {
            self.provider = provider
            self.attempts = attempts
        }
    }
}
