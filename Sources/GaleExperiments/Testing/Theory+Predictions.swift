// SPDX-License-Identifier: GPL-3.0-or-later
import GaleRandomness
import GaleScenarioLanguage
import GaleStatistics

extension Theory {
    /// What the closed form gives for these parameters, the mean latency first.
    ///
    /// - Throws: `QueueingError` for parameters that the formulas don't cover.
    package func predictions() throws -> [TheoryPrediction] {
        switch (model, source) {
        case (.tokenBucket, _): return [TheoryPrediction(.deviation, 0)]
        case (.machineRepair, .closed(let population, let think)): return try repair(Int(population), think)
        case (.tandem, .open(let rate)): return try tandem(rate)
        case (_, .open(let rate)): return try station(stations[0], rate)
        case (_, .closed): preconditionFailure("only machine-repair has a population")
        }
    }

    private func station(_ station: Station, _ rate: Double) throws -> [TheoryPrediction] {
        let service = station.service.mean / 1e9
        switch model {
        case .boundedServers:
            let queue = try MMCKQueue(
                arrivalRate: rate, serviceRate: 1 / service, servers: station.servers,
                places: Int(station.capacity ?? 0))
            return [
                TheoryPrediction(.meanLatency, queue.meanSojourn),
                TheoryPrediction(.blocked, queue.blockingProbability),
                TheoryPrediction(.utilisation(stage: station.stage), queue.utilisation),
            ]
        case .constantServer:
            let queue = try MD1Queue(arrivalRate: rate, serviceTime: service)
            return open(queue.meanSojourn, p99: queue.sojournQuantile(0.99), queue.utilisation, station)
        case .generalServer:
            let queue = try MG1Queue(
                arrivalRate: rate,
                service: ServiceTime(mean: service, secondMoment: station.service.moments.secondMoment / 1e18))
            return open(queue.meanSojourn, p99: nil, queue.utilisation, station)
        default:
            let queue = try MMCQueue(arrivalRate: rate, serviceRate: 1 / service, servers: station.servers)
            return open(queue.meanSojourn, p99: queue.sojournQuantile(0.99), queue.utilisation, station)
        }
    }

    private func open(
        _ sojourn: Double, p99: Double?, _ utilisation: Double, _ station: Station
    ) -> [TheoryPrediction] {
        var predictions = [TheoryPrediction(.meanLatency, sojourn)]
        if let p99 { predictions.append(TheoryPrediction(.latencyQuantile(0.99), p99)) }
        return predictions + [TheoryPrediction(.utilisation(stage: station.stage), utilisation)]
    }

    private func tandem(_ rate: Double) throws -> [TheoryPrediction] {
        let network = try TandemNetwork(
            arrivalRate: rate, stations: stations.map { (1e9 / $0.service.mean, $0.servers) })
        return [TheoryPrediction(.meanLatency, network.meanSojourn)]
            + zip(stations, network.stations).map {
                TheoryPrediction(.meanStageLatency(stage: $0.stage), $1.meanSojourn)
            }
    }

    private func repair(_ population: Int, _ think: DistributionSpecification) throws -> [TheoryPrediction] {
        let station = stations[0]
        let model = try MachineRepairModel(
            customers: population, thinkTime: think.mean / 1e9, serviceTime: station.service.mean / 1e9,
            servers: station.servers)
        return [
            TheoryPrediction(.meanLatency, model.meanResponse), TheoryPrediction(.throughput, model.throughput),
            TheoryPrediction(.utilisation(stage: station.stage), model.utilisation),
        ]
    }
}
