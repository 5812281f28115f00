// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GaleModels

#if PlantedBugs
    extension WorldBuilder {
        /// `planted-bug`: every policy and every table of tasks has it.
        func plantBug(in world: inout WorldSpecification) {
            guard let bug = scenario["planted-bug"]?.word.flatMap(PlantedBug.init(rawValue:)) else { return }
            for place in world.policies.indices { world.policies[place].policy.plantedBug = bug }
            for stage in world.stages.indices {
                for step in world.stages[stage].steps.indices {
                    guard case .work(var work) = world.stages[stage].steps[step] else { continue }
                    work.policy.plantedBug = bug
                    world.stages[stage].steps[step] = .work(work)
                }
            }
        }
    }
#endif
