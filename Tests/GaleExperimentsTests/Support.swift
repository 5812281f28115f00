// SPDX-License-Identifier: GPL-3.0-or-later
import GaleDelivery
import GaleExperiments
import GaleModels
import GalePrimitives
import GaleProviders
import GaleScenarioLanguage

/// Not the type of the same name in `Testing`.
typealias Expectation = GaleScenarioLanguage.Expectation
typealias Comparison = Expectation.Comparison

let push = Expectation.LatencySubject.channel(Int(Channel.push.rawValue))
let email = Expectation.LatencySubject.channel(Int(Channel.email.rawValue))

/// A specification with one topic, one provider, and a fault from `at` for `length` seconds.
func specification(duration: Int64, drain: Int64 = 0, fault: (at: Int64, length: Int64)? = nil) -> WorldSpecification {
    var specification = WorldSpecification(
        name: "hand-made", duration: .seconds(duration), drain: .seconds(drain), seed: 7)
    specification.brokers = [BrokerSpecification(name: "events", kind: .direct)]
    specification.topics = [TopicSpecification(name: "outbox", broker: 0)]
    specification.providers = [
        ProviderSpecification(
            name: "apns", profile: ProviderProfile(dialect: .apns, latency: .constant(1), excess: .queue))
    ]
    if let fault {
        var brownout = ProviderFault()
        brownout.capacityMicros = 200_000
        specification.faults = [
            FaultSpecification(
                name: "brownout", at: .seconds(fault.at), length: .seconds(fault.length), effect: .provider(0, brownout)
            )
        ]
    }
    return specification
}

func scenario(_ specification: WorldSpecification, expecting: [Expectation] = []) -> Scenario {
    Scenario(
        name: specification.name, about: "", file: "hand-made.yaml", specification: specification,
        expectations: expecting, variants: [], fingerprint: String(repeating: "a", count: 32), variant: nil,
        resolvedText: "")
}

func expectation(_ condition: Expectation.Condition) -> Expectation {
    Expectation(
        text: "an expectation", location: SourceLocation(file: "hand-made.yaml", line: 1, column: 1),
        condition: condition)
}

func compare(
    _ metric: Expectation.Metric, _ comparator: Expectation.Comparator, _ bound: Expectation.Bound
) -> Comparison {
    Comparison(metric: metric, comparator: comparator, bound: bound)
}
