// SPDX-License-Identifier: GPL-3.0-or-later

/// A queue with one stage: the smallest scenario that runs.
func smallScenario(duration: String = "1s", rate: String = "100/s", expecting: String = "submitted > 0") -> String {
    """
    name: small
    duration: \(duration)
    drain: 10s
    workloads:
      jobs: {into: queue, rate: \(rate)}
    brokers: {memory: {profile: direct}}
    topics:
      queue: {broker: memory}
    stages:
      work:
        reads: queue
        replicas: 1
        concurrency: 100
        steps: [{compute: exponential mean 10ms}]
    expect:
      - \(expecting)

    """
}
