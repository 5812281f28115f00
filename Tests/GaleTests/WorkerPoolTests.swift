// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Gale
import GaleExperiments
import GalePrimitives
import GaleScenarioLanguage
import Testing

/// Worker processes that end, hang, or say too much.
@Suite struct WorkerPoolTests {
    let folder: TemporaryFolder
    private let test: TestCase

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(smallScenario(), to: "small.yaml")
        test = TestCase(try ScenarioReader.read(path: folder.path + "/small.yaml"), seeds: [1])
    }

    /// A program that takes a job and then does something else than to make a run.
    private func program(_ script: String) throws -> String {
        let path = folder.path + "/program"
        try folder.write("#!/bin/sh\nread job\n" + script + "\n", to: "script")
        // What this process writes, one that another test starts just then has open for writing: such a file can't be run.
        let copy = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: [folder.path + "/script", path])
        copy.waitUntilExit()
        chmod(path, 0o755)
        return path
    }

    private func defect(_ script: String, within longest: Interval = .minutes(5)) throws -> String? {
        try WorkerPool(longestRun: longest, program: program(script))
            .run(test, seed: 1, interruption: Interruption()).defect
    }

    @Test("a worker makes one run after the other")
    func works() throws {
        let pool = WorkerPool(program: GaleProcess.executable)
        let runs = try (1...2).map { _ in try pool.run(test, seed: 1, interruption: Interruption()) }
        #expect(runs[0] == runs[1] && runs[0].isClean && runs[0].messages > 0)
    }

    @Test("a worker that does not go on is ended when its time is over, and its run is a defect")
    func stopped() throws {
        let pool = WorkerPool(longestRun: .milliseconds(200), program: try program("kill -STOP $$"))
        let run = try pool.run(test, seed: 1, interruption: Interruption())
        #expect(run.defect == "the run was not over after 200ms" && !run.isInterrupted)
        let world = try pool.run(
            ExploreJob(ExplorationSource(file: "small.yaml"), seed: 3), interruption: Interruption())
        #expect(world.allFailures.map(\.cause) == ["no result: the run was not over after …ms"])
        let worker = try WorkerProcess(program: GaleProcess.executable)
        kill(worker.process, SIGSTOP)
        #expect(throws: WorkerProcess.Failure.overdue(.milliseconds(50))) {
            try worker.reply(
                to: TestJob(test, seed: 1), as: TestJob.Reply.self, within: .milliseconds(50),
                interruption: Interruption())
        }
    }

    @Test("a trap is told by Swift's own last word, the signal only where there is none")
    func trapped() throws {
        let word = "GaleModels/Stage.swift:17: Fatal error: Index out of range"
        #expect(try defect("echo before >&2; echo '\(word)' >&2; echo 'after it' >&2; kill -ILL $$") == word)
        let noise = "i=0; while [ $i -lt 3000 ]; do echo 'a line of fifty characters, again and again and so on' >&2; "
        #expect(try defect(noise + "i=$((i + 1)); done; echo '\(word)' >&2; kill -ILL $$") == word)
        #expect(try defect("kill -ILL $$")?.hasPrefix("the worker was ended by signal 4") == true)
        #expect(try defect("exec 2>&-; kill -KILL $$")?.hasPrefix("the worker was ended by signal 9") == true)
        #expect(try defect("[ \"$SWIFT_BACKTRACE\" = enable=no ]; exit $?")?.contains("exit code 0") == true)
    }

    @Test("a trap in the standard library is told by the function that asked for it")
    func trapPlace() throws {
        let text = """
            name: limited
            duration: 1s
            workloads: {main: {into: outbox, rate: 10/s}}
            brokers: {memory: {profile: direct}}
            topics: {outbox: {broker: memory}}
            stages: {sender: {reads: outbox, replicas: 1, concurrency: 16, steps: [{deliver: standard}]}}
            providers: {apns: {profile: apns}}
            policies: {standard: {routes: {push: [apns]}, limits: {apns: {rate: 100/s}}}}

            """
        try folder.write(text, to: "limited.yaml")
        // A rate divided by zero is no integer.
        let odd = TestCase(
            try ScenarioReader.read(path: folder.path + "/limited.yaml"), seeds: [1], plantedBias: -1)
        let defect = try WorkerPool(program: GaleProcess.executable).run(odd, seed: 1, interruption: Interruption())
            .defect
        #if os(Linux) && (arch(x86_64) || arch(arm64))
            #expect(defect?.hasSuffix(" in GaleModels.WorldSpecification.slowDown") == true, "\(defect ?? "")")
        #else
            #expect(defect != nil)
        #endif
    }

    @Test("a limit of memory that is reached in a used process counts only if a new one reaches it as well")
    func memory() throws {
        let clean =
            "{\"run\":{\"seed\":1,\"problems\":[],\"messages\":7,\"measures\":[],\"observations\":[],"
            + "\"isInterrupted\":false,\"inertFaults\":0,\"excesses\":{}},"
            + "\"residentBytes\":0}"
        let problem =
            "{\"text\":\"x\",\"finding\":{\"kind\":\"ended-early\",\"name\":\"ended early\","
            + "\"cause\":\"limit reached: memory 9 MiB\",\"causeKey\":\"ended early\"}}"
        let over = clean.replacing(
            "\"problems\":[]", with: "\"problems\":[\(problem)],\"hasReachedMemoryLimit\":true")
        // Only the second job of a process finds it full.
        let pool = WorkerPool(program: try program("echo '\(clean)'; read job && echo '\(over)'; read job"))
        for _ in 1...3 {
            let run = try pool.run(test, seed: 1, interruption: Interruption())
            #expect(run.isClean && run.messages == 7, "\(run)")
        }
        let always = WorkerPool(program: try program("echo '\(over)'; read job && echo '\(over)'; read job"))
        for _ in 1...2 { #expect(try !always.run(test, seed: 1, interruption: Interruption()).isClean) }
    }

    @Test("a reply that is too long is a failure of its own")
    func tooLong() throws {
        let worker = try WorkerProcess(program: program("head -c 100000 /dev/zero; sleep 100"), longestReply: 5_000)
        #expect(throws: WorkerProcess.Failure.tooLong(5_000)) {
            try worker.reply(
                to: TestJob(test, seed: 1), as: TestJob.Reply.self, within: .minutes(5), interruption: Interruption())
        }
        let run = try WorkerPool(program: program("head -c 17000000 /dev/zero; sleep 100"))
            .run(test, seed: 1, interruption: Interruption())
        #expect(run.defect == "a worker's reply is longer than 16777216 bytes" && !run.isInterrupted)
    }

    @Test("a worker that ends while the user interrupts has no defect")
    func interrupted() throws {
        let interruption = Interruption()
        // It ends before it is looked at, and before it is asked.
        for script in ["exit 1", "sleep 100"] {
            let pool = WorkerPool(program: try program(script))
            interruption.raise(signal: SIGINT)
            #expect(try pool.run(test, seed: 1, interruption: interruption).isInterrupted)
            let job = ExploreJob(ExplorationSource(file: "small.yaml"), seed: 3)
            let world = try pool.run(job, interruption: interruption)
            #expect(world.isInterrupted == true && world.defect == nil)
        }
        let missing = WorkerPool(program: folder.path + "/nothing")
        #expect(try missing.run(test, seed: 1, interruption: interruption).isInterrupted)
        #expect(throws: CommandFailure.self) { try missing.run(test, seed: 1, interruption: Interruption()) }
    }

    @Test("Ctrl-C while a worker starts does not end it: that is up to the one it works for")
    func interruptedAtTheStart() throws {
        let worker = try WorkerProcess(program: GaleProcess.executable)
        for number in [SIGINT, SIGTERM] { kill(worker.process, number) }
        let reply: TestJob.Reply = try worker.reply(
            to: TestJob(test, seed: 1), within: .minutes(5), interruption: Interruption())
        #expect(reply.run.isClean)
    }

    @Test("a test that has fewer results than cases has not held")
    func incomplete() throws {
        let result = try test.result(of: [TestRun(seed: 1, problems: [], messages: 1)])
        #expect(ExitStatus.ofTest([result], cases: 1, signal: nil) == ExitStatus.held)
        #expect(ExitStatus.ofTest([result], cases: 2, signal: nil) == ExitStatus.internalError)
        #expect(ExitStatus.ofTest([], cases: 2, signal: SIGINT) == 130)
        let defect = try test.result(of: [TestRun(seed: 1, defect: "dead")])
        #expect(ExitStatus.ofTest([defect], cases: 1, signal: nil) == ExitStatus.internalError)
    }
}
