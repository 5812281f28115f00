// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives

/// What a policy is ready for and its workloads never give it. A policy may be shared by scenarios, so these are doubts.
extension PipelineChecks {
    func checkReach() {
        // With placeholders for what is wrong nothing can be said of what reaches what.
        guard diagnostics.errors.isEmpty else { return }
        var served: [Int: [WorkloadSpecification]] = [:]
        for workload in world.workloads {
            for policy in policies(of: workload) { served[policy, default: []].append(workload) }
        }
        for (number, policy) in world.policies.enumerated() {
            guard let workloads = served[number], let item = pair(.policy, policy.name)?.item else { continue }
            checkCollapse(policy, workloads, item)
            checkFallbacks(policy, workloads, item)
            checkSlowCalls(policy, item)
            checkHedges(policy, item)
        }
    }

    /// The policies by which notifications of a workload are delivered.
    private func policies(of workload: WorkloadSpecification) -> Set<Int> {
        var found: Set<Int> = []
        var topics = [workload.topic]
        var next = 0
        while next < topics.count {
            let topic = topics[next]
            next += 1
            for stage in world.stages where stage.topic == topic {
                for step in stage.steps {
                    switch step {
                    case .deliver(let policy): found.insert(policy)
                    case .emit(let emit) where !topics.contains(emit.topic): topics.append(emit.topic)
                    default: continue
                    }
                }
            }
        }
        return found
    }

    private func checkCollapse(_ policy: PolicySpecification, _ workloads: [WorkloadSpecification], _ item: Item) {
        guard policy.policy.routing.collapses, workloads.allSatisfy({ $0.collapseKeys == 0 }) else { return }
        diagnostics.warning(
            "policy '\(policy.name)' collapses notifications by their key, but no workload that it delivers has collapse "
                + "keys: nothing is ever replaced", at: item["collapse"]?.place ?? place(.policy, policy.name),
            remedy: "add collapse-keys: 3, say, to workload '\(workloads[0].name)'; or remove `collapse`")
    }

    /// A time-out ends each call before it could count as slow. A rate of 100 %, resilience4j's default, asks for no such rule.
    private func checkSlowCalls(_ policy: PolicySpecification, _ item: Item) {
        guard let breaker = policy.policy.breaker, let own = item["breaker"], let rate = breaker.slowCallRateMicros,
            rate < 1_000_000, breaker.slowCallDuration > policy.policy.timeout
        else { return }
        diagnostics.warning(
            "no call of policy '\(policy.name)' is ever slow: one is after \(breaker.slowCallDuration), and its time-out "
                + "ends it after \(policy.policy.timeout)", at: own["slow-rate"]?.place ?? own.place,
            remedy: "a `slow-after` below \(policy.policy.timeout)")
    }

    /// Copies that no attempt lives to see, or that would be an attempt too many.
    private func checkHedges(_ policy: PolicySpecification, _ item: Item) {
        guard let hedging = policy.policy.retry.hedging else { return }
        let place = item["retry"]?["hedge"]?.place ?? place(.policy, policy.name)
        if policy.policy.retry.attempts == 1 {
            diagnostics.warning(
                "policy '\(policy.name)' sends no copies: a copy is an attempt, and there is 1", at: place,
                remedy: "`attempts: 2` or more; or no `hedge`")
        } else if hedging.delay >= policy.policy.timeout {
            diagnostics.warning(
                "policy '\(policy.name)' sends no copies: one would go out after \(hedging.delay), and the time-out ends "
                    + "the attempt after \(policy.policy.timeout)", at: place,
                remedy: "an `after` below \(policy.policy.timeout)")
        }
    }

    /// A fallback after a time that no notification lives for.
    private func checkFallbacks(_ policy: PolicySpecification, _ workloads: [WorkloadSpecification], _ item: Item) {
        let longest = workloads.map(\.timeToLive).max() ?? .zero
        let deadline = policy.policy.routing.deadlines.message
        let life = min(longest, deadline ?? longest)
        for fallback in policy.policy.fallbacks {
            guard let after = fallback.after, after >= life else { continue }
            let own = item["fallback"]?[fallback.from.name]
            diagnostics.warning(
                "the fallback from \(fallback.from.name) after \(after) never comes by time: "
                    + (life < longest
                        ? "the deadline of a message is \(life)"
                        : "no notification is worth sending for longer than \(life)"),
                at: own?["after"]?.place ?? place(.policy, policy.name),
                remedy:
                    "a time below \(life), or a longer `ttl`; without `after` it falls back when the channel has failed"
            )
        }
    }
}
