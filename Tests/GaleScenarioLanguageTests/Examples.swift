// SPDX-License-Identifier: Apache-2.0

/// Scenario texts that several tests use.
enum Examples {
    static let brownout = """
        name: apns-brownout
        about: 120k notifications/s; for one minute APNs serves a fifth of its capacity
        duration: 6min
        drain: 4min                  # no new work; what is then unfinished counts as undelivered
        seed: 1
        workloads:
          transactional:
            into: outbox
            rate: 120k/s             # also: curve, diurnal, burst, trace
            arrivals: poisson
            channels: {push: 80%, email: 15%, sms: 3%, in-app: 2%}
            platforms: {ios: 55%, android: 45%}
            tenants: {count: 2000, skew: zipf 1.1}
            size: lognormal median 1KiB p99 4KiB
            ttl: 5min
        brokers:
          events: {profile: kafka, nodes: 6}
        topics:
          outbox: {broker: events, partitions: 96}
        stores:
          seen: {profile: redis}
        stages:
          sender:
            reads: outbox
            replicas: 24
            concurrency: 1024
            steps:
              - deliver: {policy: standard}
        providers:
          apns: {profile: apns, capacity: 80k/s}
          fcm: {profile: fcm, quota: 4.8M/min}
          smtp: {profile: smtp}
          sms-a: {profile: sms}
          sms-b: {profile: sms}
          gateway: {profile: gateway}
        policies:
          standard:
            routes: {push: {ios: [apns], android: [fcm]}, email: [smtp], sms: [sms-a, sms-b], in-app: [gateway]}
            timeout: 10s
            waiting: park
            deduplicate: {store: seen, window: 24h, on-failure: open}
            retry: {backoff: exponential, jitter: full, base: 1s, cap: 60s, attempts: 6, budget: 20%}
            breaker: {failure-rate: 50%, window: 10s, open: 30s}
        faults:
          brownout: {at: 2min, for: 1min, provider: apns, capacity: 20%, excess: 503}
        expect:
          - lost = 0
          - undelivered < 0.1%
          - p99(push.latency) < 2s before brownout
          - within 2min after brownout: p99(push.latency) < 2s and backlog(outbox) < 10k
          - amplification < 1.4
        variants:
          naive: {set: {policies.standard.retry.budget: none}, violates: [amplification < 1.4]}
        """

    /// M/M/2: the smallest whole scenario.
    static let queue = """
        name: queue
        duration: 10s
        workloads:
          jobs: {into: line, rate: 100/s}
        brokers:
          memory: {profile: direct}
        topics:
          line: {broker: memory}
        stages:
          work: {reads: line, replicas: 1, concurrency: 2, steps: [{compute: exponential mean 10ms}]}
        """
}
