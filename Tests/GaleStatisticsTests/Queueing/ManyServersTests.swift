// SPDX-License-Identifier: GPL-3.0-or-later
import GaleStatistics
import Testing

@Suite("Queues with many servers")
struct ManyServersTests {
    @Test("M/M/c with one server is M/M/1")
    func one() throws {
        let many = try MMCQueue(arrivalRate: 8, serviceRate: 10, servers: 1)
        let single = try MM1Queue(arrivalRate: 8, serviceRate: 10)
        #expect(agree(many.meanWait, single.meanWait))
        #expect(agree(many.meanSojourn, single.meanSojourn))
        #expect(agree(many.meanNumber, single.meanNumber))
        #expect(agree(many.meanNumberWaiting, single.meanNumberWaiting))
        for p in [0.3, 0.9, 0.9999] {
            #expect(agree(many.sojournQuantile(p), try #require(single.sojournQuantile(p)), within: 1e-10))
            #expect(agree(many.waitQuantile(p), try #require(single.waitQuantile(p)), within: 1e-10))
        }
    }

    @Test("M/M/3 at 2 erlang waits 4/9 of a service")
    func textbook() throws {
        let queue = try MMCQueue(arrivalRate: 2, serviceRate: 1, servers: 3)
        #expect(agree(queue.waitProbability, 4.0 / 9))
        #expect(agree(queue.meanWait, 4.0 / 9))
        #expect(agree(queue.meanNumber, 26.0 / 9))
        #expect(agree(queue.utilisation, 2.0 / 3))
    }

    @Test(
        "M/M/c's sojourn times add up to their mean, also where a wait is as long as a service",
        arguments: [(2, 0.5), (2, 0.5000001), (4, 0.75), (4, 0.9), (50, 0.98), (50, 0.2)])
    func sojourns(servers: Int, load: Double) throws {
        let queue = try MMCQueue(arrivalRate: load * Double(servers) * 3, serviceRate: 3, servers: servers)
        let end = try #require(queue.sojournQuantile(1 - 1e-14))
        #expect(agree(integral(to: end, queue.sojournExceedance), queue.meanSojourn, within: 1e-8))
        #expect(agree(queue.sojournExceedance(try #require(queue.sojournQuantile(0.999))), 0.001, within: 1e-9))
        let longWait = 40 / (Double(servers) * 3 * (1 - load))
        #expect(agree(integral(to: longWait, queue.waitExceedance), queue.meanWait, within: 1e-8))
        #expect(queue.sojournQuantile(0) == 0 && queue.sojournExceedance(0) == 1)
        #expect(queue.sojournQuantile(1) == nil && queue.waitQuantile(.nan) == nil)
    }

    @Test("M/M/c/K agrees with the sums over its states", arguments: [(1, 1), (1, 8), (3, 3), (4, 10), (7, 60)])
    func finite(servers: Int, places: Int) throws {
        for load in [0.2, 1, 3.7, 20] {
            let queue = try MMCKQueue(arrivalRate: load * 10, serviceRate: 10, servers: servers, places: places)
            var weights = [1.0]
            for n in 1...places { weights.append(weights[n - 1] * load / Double(min(n, servers))) }
            let total = weights.reduce(0, +)
            let number = zip(0..., weights).reduce(0) { $0 + Double($1.0) * $1.1 } / total
            let waiting = zip(0..., weights).reduce(0) { $0 + Double(max(0, $1.0 - servers)) * $1.1 } / total
            let blocked = weights[places] / total
            #expect(agree(queue.blockingProbability, blocked))
            #expect(agree(queue.meanNumber, number))
            #expect(agree(queue.meanNumberWaiting, waiting) || places == servers)
            #expect(agree(queue.throughput, load * 10 * (1 - blocked), within: 1e-10))
            #expect(agree(queue.meanSojourn, queue.meanWait + 0.1, within: 1e-10))
        }
    }

    @Test("M/M/c/c is Erlang's loss system, and M/M/c/K with very many places M/M/c")
    func limits() throws {
        let loss = try MMCKQueue(arrivalRate: 10, serviceRate: 1, servers: 15, places: 15)
        #expect(
            agree(
                loss.blockingProbability, try #require(ErlangFormulas.blockingProbability(servers: 15, offeredLoad: 10))
            ))
        #expect(loss.meanWait == 0)
        let wide = try MMCKQueue(arrivalRate: 3.6, serviceRate: 1, servers: 4, places: 1000)
        let open = try MMCQueue(arrivalRate: 3.6, serviceRate: 1, servers: 4)
        #expect(agree(wide.meanSojourn, open.meanSojourn))
        #expect(agree(wide.utilisation, open.utilisation))
    }

    @Test("M/M/c/K stays finite at a load far beyond its servers")
    func overload() throws {
        let queue = try MMCKQueue(arrivalRate: 1e9, serviceRate: 1, servers: 10, places: 100_000)
        #expect(agree(queue.throughput, 10, within: 1e-6))
        #expect(agree(queue.meanNumber, 100_000, within: 1e-6))
    }

    @Test("a tandem's sojourn is the sum of its stations', each alone with all arrivals")
    func tandem() throws {
        let network = try TandemNetwork(arrivalRate: 8, stations: [(10, 1), (3, 4)])
        let first = try MM1Queue(arrivalRate: 8, serviceRate: 10)
        let second = try MMCQueue(arrivalRate: 8, serviceRate: 3, servers: 4)
        #expect(agree(network.meanSojourn, first.meanSojourn + second.meanSojourn))
        #expect(agree(network.meanWait, first.meanWait + second.meanWait))
        #expect(agree(network.meanNumber, 8 * network.meanSojourn))
        #expect(throws: QueueingError.self) { try TandemNetwork(arrivalRate: 8, stations: [(10, 1), (2, 4)]) }
        #expect(throws: QueueingError.self) { try TandemNetwork(arrivalRate: 8, stations: []) }
    }

    @Test("one repairman's response is that of mean value analysis", arguments: [1, 2, 5, 20, 300])
    func meanValueAnalysis(customers: Int) throws {
        let model = try MachineRepairModel(customers: customers, thinkTime: 1, serviceTime: 0.1, servers: 1)
        // Reiser and Lavenberg (1980): a request sees the loop with one customer less.
        var response = 0.0
        var throughput = 0.0
        var number = 0.0
        for n in 1...customers {
            response = 0.1 * (1 + number)
            throughput = Double(n) / (1 + response)
            number = throughput * response
        }
        #expect(agree(model.meanResponse, response, within: 1e-10))
        #expect(agree(model.throughput, throughput, within: 1e-10))
        #expect(agree(model.utilisation, throughput * 0.1, within: 1e-10))
        #expect(agree(model.meanResponse, model.meanWait + 0.1, within: 1e-10))
    }

    @Test("the machine repair model agrees with the sums over its states", arguments: [(6, 2), (30, 4), (100, 9)])
    func repair(customers: Int, servers: Int) throws {
        let ratio = 0.2
        let model = try MachineRepairModel(customers: customers, thinkTime: 5, serviceTime: 1, servers: servers)
        var total = 0.0
        var busy = 0.0
        var number = 0.0
        for n in 0...customers {
            // N!/(N − n)! rⁿ, over n! or c!·c^(n − c).
            let ways =
                SpecialFunctions.logGamma(Double(customers) + 1) - SpecialFunctions.logGamma(Double(customers - n) + 1)
            let inService = min(n, servers)
            let waiting = Double(n - inService) * SpecialFunctions.logarithm(Double(servers))
            let order = SpecialFunctions.logGamma(Double(inService) + 1) + waiting
            let weight = SpecialFunctions.exponential(
                ways + Double(n) * SpecialFunctions.logarithm(ratio) - order)
            total += weight
            busy += Double(inService) * weight
            number += Double(n) * weight
        }
        #expect(agree(model.meanBusyServers, busy / total, within: 1e-9))
        #expect(agree(model.meanNumber, number / total, within: 1e-9))
        // What is not requesting thinks: Little's law over the think time.
        #expect(agree(model.throughput, (Double(customers) - model.meanNumber) / 5, within: 1e-9))
    }

    @Test("with a server for everyone nobody waits, and a crowd keeps all servers busy")
    func repairLimits() throws {
        let idle = try MachineRepairModel(customers: 5, thinkTime: 4, serviceTime: 1, servers: 5)
        #expect(agree(idle.throughput, 1))
        #expect(idle.meanWait == 0)
        let crowd = try MachineRepairModel(customers: 1_000_000, thinkTime: 1, serviceTime: 1, servers: 3)
        #expect(agree(crowd.throughput, 3))
        #expect(agree(crowd.meanResponse, 1_000_000 / 3.0 - 1, within: 1e-9))
        #expect(throws: QueueingError.self) {
            try MachineRepairModel(customers: 0, thinkTime: 1, serviceTime: 1, servers: 1)
        }
    }

    @Test("unstable queues and impossible shapes are errors")
    func errors() {
        #expect(throws: QueueingError.unstable(utilisation: 1)) {
            try MMCQueue(arrivalRate: 4, serviceRate: 1, servers: 4)
        }
        #expect(throws: QueueingError.tooFew(parameter: "the number of servers", value: 0, minimum: 1)) {
            try MMCQueue(arrivalRate: 4, serviceRate: 1, servers: 0)
        }
        #expect(throws: QueueingError.tooFew(parameter: "the number of places", value: 3, minimum: 4)) {
            try MMCKQueue(arrivalRate: 4, serviceRate: 1, servers: 4, places: 3)
        }
    }
}
