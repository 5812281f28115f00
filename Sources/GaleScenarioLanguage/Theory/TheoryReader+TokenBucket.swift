// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels
import GalePrimitives
import GaleProviders

/// A limit's output is known when nothing else takes time or turns anything away.
extension TheoryReader {
    func limit(_ source: Theory.Source) -> Theory.Limit? {
        let stage = world.stages[0]
        let stageItem = pair(.stage, stage.name)?.item
        guard world.stages.count == 1, case .deliver(let place) = stage.steps.first, stage.steps.count == 1 else {
            misfit("it has one stage, which delivers and does nothing else", at: stageItem?["steps"]?.place)
            return nil
        }
        if stage.replicas > 1 {
            misfit(
                "\(stage.replicas) replicas have a share of the limit each", at: stageItem?["replicas"]?.place,
                remedy: "replicas: 1")
        }
        let topic = world.topics[stage.topic]
        if case .kafka = world.brokers[topic.broker].kind {
            misfit("topic '\(topic.name)' is on a broker that takes time", at: pair(.topic, topic.name)?.place)
        }
        if topic.capacity != nil {
            misfit("its queue has no bound", at: pair(.topic, topic.name)?.item["capacity"]?.place)
        }
        checkLifetime()
        return limit(of: world.policies[place], source)
    }

    private func limit(of policy: PolicySpecification, _ source: Theory.Source) -> Theory.Limit? {
        let item = pair(.policy, policy.name)?.item
        if policy.policy.deduplication != nil {
            misfit("nothing is looked up on the way", at: item?["deduplicate"]?.place)
        }
        guard world.providers.count == 1 else {
            misfit("it has one provider", at: pair(.provider, world.providers[1].name)?.place)
            return nil
        }
        checkProvider(world.providers[0])
        guard let limit = policy.policy.limits.first else {
            misfit("policy '\(policy.name)' limits no provider", at: item?["limits"]?.place)
            return nil
        }
        let rate = Double(limit.ratePerSecondMicros) / 1e6
        if case .open(let offered) = source, offered <= rate {
            misfit("less is offered than the limit lets through", at: item?["limits"]?.place)
        }
        return Theory.Limit(perSecond: rate, burst: limit.burst)
    }

    private func checkProvider(_ provider: ProviderSpecification) {
        let place = pair(.provider, provider.name)?.place
        let profile = provider.profile
        var plain = ProviderProfile(dialect: profile.dialect, latency: .constant(0), excess: profile.excess)
        // What has no effect without a bound, an error or a latency.
        plain.maximumWait = profile.maximumWait
        plain.retryAfter = profile.retryAfter
        plain.weatherSigma = profile.weatherSigma
        plain.errorWeatherSigma = profile.errorWeatherSigma
        plain.rejectionCostMicros = profile.rejectionCostMicros
        plain.rejectionLatencyMicros = profile.rejectionLatencyMicros
        plain.answersOnAdmission = profile.answersOnAdmission
        if profile != plain || provider.link != nil {
            misfit(
                "provider '\(provider.name)' accepts everything at once", at: place,
                remedy:
                    "latency: constant 0ns, capacity: unbounded, no quota, outcomes, concurrency, greylisting or link")
        }
    }

    private func checkLifetime() {
        let workload = world.workloads[0]
        guard workload.timeToLive < world.duration + world.drain else { return }
        misfit("nothing expires before the run ends", at: pair(.workload, workload.name)?.item["ttl"]?.place)
    }
}
