// SPDX-License-Identifier: Apache-2.0

/// The first scenario that `gale init` writes: small, commented, and passing. `Scenarios/quickstart.yaml` is the same text.
public enum StarterScenario {
    /// Whether a scenario may have this name: a letter, then letters, digits, hyphens and underscores.
    public static func accepts(name: String) -> Bool { Checker.isName(name) }

    /// A scenario of this name, which must be one that is accepted.
    public static func text(name: String) -> String {
        """
        # A scenario: what is offered to a pipeline, what the pipeline is made of, what goes wrong, and what must hold.
        # Check it with `gale check`, run it with `gale run`. Quantities carry units: 20ms, 3min, 2k/s, 5%, 64KiB.
        name: \(name)
        about: An app sends push and email; for ten seconds APNs serves a tenth of its capacity
        duration: 1min        # load is offered this long
        drain: 1min           # then no new work; what is unfinished after that counts as undelivered
        seed: 1               # the same seed gives the same run, on any machine

        # What is offered: 2,000 notifications a second.
        workloads:
          app:
            into: outbox
            rate: 2k/s
            channels: {push: 90%, email: 10%}
            platforms: {ios: 55%, android: 45%}
            ttl: 5min         # after that a notification is worth nothing

        # The pipeline: one topic, read by one stage of four workers.
        brokers:
          events: {profile: kafka}
        topics:
          outbox: {broker: events, partitions: 12}
        stages:
          sender:
            reads: outbox
            replicas: 4
            concurrency: 256
            steps:
              - deliver: {policy: standard}

        # Who delivers. A profile has a provider's latency, capacity, quota and error codes; a key here overrides it.
        providers:
          apns: {profile: apns, capacity: 5k/s}
          fcm: {profile: fcm}
          smtp: {profile: smtp}

        # The code under test: which provider, how long to wait, when to try again.
        policies:
          standard:
            routes: {push: {ios: [apns], android: [fcm]}, email: [smtp]}
            timeout: 10s
            waiting: park
            retry: {backoff: exponential, jitter: full, base: 1s, cap: 20s, attempts: 8, budget: 20%}
            breaker: {failure-rate: 50%, window: 10s, open: 5s}

        # What goes wrong, and when.
        faults:
          brownout: {at: 20s, for: 10s, provider: apns, capacity: 10%, excess: 503}

        # What must hold. `gale run` fails when it does not.
        expect:
          - lost = 0
          - undelivered < 1%
          - p99(push.latency) < 5s before brownout
          - within 30s after brownout: p99(push.latency) < 5s
          - amplification < 1.5

        # The same scenario with other values: `gale run \(name).yaml --variant naive` fails, as it should: without a budget and
        # a breaker every retry that APNs turns away makes the next one more likely.
        variants:
          naive:
            set:
              policies.standard.retry: {backoff: fixed, jitter: none, base: 100ms, attempts: 20}
              policies.standard.breaker: none
            violates: ["undelivered < 1%", "amplification < 1.5"]

        """
    }
}
