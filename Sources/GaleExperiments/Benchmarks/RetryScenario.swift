// SPDX-License-Identifier: GPL-3.0-or-later

/// What `RetryModel` describes, as a scenario: the real delivery code decides on retries.
enum RetryScenario {
    static let text = """
        name: retry-pipeline
        about: 2,000 jobs a second into 50 workers, 5 % failures, exponential backoff with full jitter
        duration: 5min
        drain: 5min
        seed: 1
        workloads:
          jobs:
            into: line
            rate: 2k/s
            arrivals: poisson
            channels: {in-app: 100%}
            ttl: 10min
        brokers:
          memory: {profile: direct}
        topics:
          line: {broker: memory}
        stages:
          workers:
            reads: line
            replicas: 1
            concurrency: 50
            steps:
              - deliver: {policy: standard}
        providers:
          service:
            profile: gateway
            latency: lognormal median 20ms sigma 0.5
            capacity: unbounded
            outcomes: [{answer: 503 Draining, share: 5%, layer: call}]
            retry-after: none
            weather: 0
            error-weather: 0
        policies:
          standard:
            routes: {in-app: [service]}
            timeout: 10s
            waiting: park
            retry: {backoff: exponential, jitter: full, base: 1s, cap: 60s, attempts: 5}
        expect:
          - lost = 0

        """
}
