// SPDX-License-Identifier: GPL-3.0-or-later

/// What `gale init` writes.
package enum FirstScenario {
    package static func text(name: String) -> String {
        """
        # A first rehearsal: push notifications through one queue and one sender, and 20 seconds in which APNs can't serve it all.
        # Change a number, run again, and look at report.html. `gale show schema` lists every key.
        name: \(name)
        about: 2,000 notifications/s; for 20 seconds APNs serves a quarter of its capacity
        duration: 90s
        drain: 2min                  # no new work; what is then unfinished counts as undelivered
        seed: 1

        workloads:                   # what is offered
          news:
            into: outbox
            rate: 2k/s
            channels: {push: 90%, email: 10%}
            platforms: {ios: 60%, android: 40%}
            ttl: 5min                # after that it is worth nothing

        brokers:
          events: {profile: kafka}

        topics:                      # queues between the stages
          outbox: {broker: events, partitions: 12}

        stages:                      # workers that read a topic
          sender:
            reads: outbox
            replicas: 4
            concurrency: 256
            steps:
              - deliver: {policy: careful}

        providers:                   # profiles carry their codes, latencies and quotas; a key here overrides one of them
          apns: {profile: apns, capacity: 3k/s}
          fcm: {profile: fcm}
          smtp: {profile: smtp}

        policies:                    # the delivery code's settings
          careful:
            routes: {push: {ios: [apns], android: [fcm]}, email: [smtp]}
            timeout: 10s
            waiting: park
            retry: {backoff: exponential, jitter: full, base: 1s, cap: 30s, attempts: 6, budget: 20%}
            breaker: {failure-rate: 50%, window: 10s, open: 10s}

        faults:                      # what goes wrong, and when
          brownout: {at: 30s, for: 20s, provider: apns, capacity: 25%, excess: 503}

        expect:                      # what must hold all the same
          - lost = 0
          - undelivered < 1%
          - p99(push.latency) < 2s before brownout
          - within 1min after brownout: p99(push.latency) < 2s and backlog(outbox) < 1k
          - amplification < 1.5

        variants:                    # gale run \(name).yaml --variant naive
          naive:
            set:
              policies.careful.retry.backoff: fixed
              policies.careful.retry.budget: none
              policies.careful.breaker: none

        """
    }
}
