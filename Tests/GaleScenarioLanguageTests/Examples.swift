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

    /// Every part of the language at least once.
    static let everything = """
        name: everything
        about: "every key: once"
        duration: 10min
        drain: 2min
        seed: 18
        limits: {events: 1G, memory: 4GiB, wall: 10min, events-per-instant: 1M}
        regression: {violates: "durability: acknowledged and lost", expected: fixed, marks: [a partition got a new leader, "apns answers 503"], from: "large.yaml, seed 7"}
        workloads:
          curve:
            into: ingest
            rate: {curve: [[0s, 10k/s], [1min, 30k/s], [1min, 5k/s]]}
            bursts: [{at: 2min, for: 10s, rate: 20k/s}]
            arrivals: uniform
            channels: {push: 70%, sms: 30%}
            platforms: {ios: 50%, android: 50%}
            recipients: 5M
          campaign: {into: ingest, at: 3min, count: 4M, over: 30s, fan-out: 500, tenants: {count: 3}}
          users: {into: ingest, population: 50, think: exponential mean 5s, channels: {push: 100%}}
        brokers:
          events: {profile: kafka, acks: 1, min-insync-replicas: 1, link: rack, assignor: eager}
          own: {kind: direct}
        topics:
          ingest: {broker: events, partitions: 12}
          outbox: {broker: events, partitions: 24}
          again: {broker: events, partitions: 6}
          side: {broker: own, capacity: 500}
        stores:
          seen: {profile: redis, link: rack}
          people: {latency: lognormal median 2ms p99 20ms, capacity: 50k/s, shards: 4, errors: 0.01%}
        links:
          rack: {latency: constant 100us}
          wide: {latency: lognormal median 40ms sigma 0.2, loss: 0.05%}
        stages:
          router:
            reads: ingest
            replicas: 6
            concurrency: 64
            steps:
              - compute: exponential mean 200us
              - call: {store: people, timeout: 50ms, attempts: 2, backoff: 10ms, on-failure: continue}
              - call: seen
              - emit: {to: outbox, split: true}
          sender: {reads: outbox, replicas: 12, concurrency: 256, maximum-uncommitted: 10k, steps: [{deliver: standard}]}
          aside: {reads: side, steps: [{compute: 1ms}]}
        providers:
          apns: {profile: apns, link: wide}
          fcm: {profile: fcm, quota: none, capacity: unbounded, excess: queue}
          sms-a: {profile: sms, concurrency: {limit: 100, answer: 429 20429}}
          sms-b:
            dialect: sms
            latency: gamma mean 80ms cv 0.5
            capacity: 2k/s
            maximum-wait: 2s
            excess: 503
            quota: {count: 100k, window: 1min, refill: steady, burst: 5k, answer: 429}
            outcomes: [{answer: 400 30005, share: 0.2%, layer: recipient}]
            retry-after: 5s
            weather: 0.1
            answers: on-admission
          mail: {profile: smtp, greylisting: {share: 5%, delay: 5min, memory: 1h, answer: 450 4.7.1}}
        policies:
          standard:
            routes: {push: {ios: apns, android: [fcm]}, sms: {sms-a: 3, sms-b: 1}, email: mail}
            timeout: 5s
            waiting: retry-topic
            retry-topic: again
            deduplicate: {store: seen, on-failure: closed, timeout: 20ms}
            retry: {base: 500ms, cap: 30s, attempts: 4, budget: {ratio: 15%, window: 20s, reserve: 5}, retry-after-cap: none}
            breaker: {failure-rate: 40%, minimum-calls: 50, probes: 5, window-calls: 400, slow-rate: 80%, slow-after: 2s, half-open: 5s, automatic: true}
            limits: {apns: 100k/s, sms-a: {rate: 5k/s, burst: 50}, sms-b: {rate: 1k/s, algorithm: gcra, tolerance: 20ms}}
            outlier-ejection: {consecutive: 3, max-ejected: 50%, success-rate: {hosts: 2, factor: 1.5}, failure-percentage: {threshold: 60%, hosts: 2}}
            concurrency: {algorithm: gradient2, initial: 30, max: 400, tolerance: 2x}
            bulkheads: {providers: {fcm: 512}, tenant: 64, tenant-queue: 1k}
            shed: {overload: {delay: 500ms, spare: high}, deadline: 80%}
            suppress: {store: seen, strikes: 3, graylist: 48h, ceiling: 5%, on-failure: closed}
            order: none
            max-deliveries: 5
            fallback: {push: {to: sms, after: 30s}, sms: {to: email}}
        faults:
          slow: {at: 10s, for: 20s, provider: fcm, latency: 3x, errors: 30%, answer: 500 INTERNAL}
          dark: {at: 20s, for: 5s, provider: sms-a, blackout: true}
          node: {at: 30s, for: 30s, broker: events, node: 2}
          workers: {at: 40s, for: 10s, stage: sender, replica: 3, replicas: 4}
          whole: {at: 70s, for: 10s, stage: router, replicas: all}
          cable: {at: 50s, for: 10s, link: wide, latency: 2x, delay: 20ms, loss: 3%}
          cut: {at: 80s, for: 1s, link: rack, partition: true}
          store: {at: 90s, for: 10s, store: seen, capacity: 50%, errors: 1%, latency: 1.5x}
        expect:
          - push.undelivered < 5%
          - within 1min after node:
              p99(latency) < 30s
          - lost < 10
        variants:
          calm: {about: no faults, set: {faults.slow: ~, faults.dark: ~}}
        """
}
