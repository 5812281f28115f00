// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import GalePrimitives
import Synchronization

/// A process of this same program that makes runs: a job is a line of JSON in, a reply a line of JSON out.
///
/// A trap in a run ends that process and no other. Both directions are one socket, so its end shows as soon as it is there.
/// For one thread at a time.
package final class WorkerProcess {
    /// Why a worker gave no reply.
    package enum Failure: Error, Equatable {
        /// It is gone; what its end says, in words.
        case ended(String)
        /// The user has interrupted the test, and the worker has been killed.
        case interrupted
        /// The run was not over in time, and the worker has been killed.
        case overdue(Interval)
        /// A reply of more than so many bytes; the worker has been killed.
        case tooLong(Int)
        /// It could not be started; the system's reason.
        case notStarted(String)
    }

    package let process: pid_t
    private let program: String
    private let socket: Int32
    private var errors: WorkerErrors
    private var received: [UInt8] = []
    private var isOver = false

    /// Longer than any reply: a theory has a handful of observations.
    package static let longestReply = 16 << 20
    private let longestReply: Int
    /// Milliseconds between two looks at whether the user has interrupted.
    private static let patience: Int32 = 100
    /// A descriptor that another thread makes between `socketpair` and `FD_CLOEXEC` would live on in this one's worker.
    private static let starting = Mutex(())

    /// - Parameter program: takes the place of this very program.
    /// - Throws: `Failure.notStarted`.
    package init(program: String? = nil, longestReply: Int = WorkerProcess.longestReply) throws {
        let started = program ?? Self.ownProgram
        self.longestReply = longestReply
        self.program = started
        (process, socket, errors) = try Self.starting.withLock { _ in try Self.start(started) }
    }

    deinit { end() }

    private static var ownProgram: String {
        #if canImport(Darwin)
            Bundle.main.executablePath ?? CommandLine.arguments[0]
        #else
            // Even if a new build has taken its place meanwhile.
            "/proc/self/exe"
        #endif
    }

    private static func start(_ program: String) throws -> (pid_t, Int32, WorkerErrors) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        guard socketpair(AF_UNIX, stream, 0, &ends) == 0 else { throw Failure.notStarted(SystemError.text) }
        defer { close(ends[1]) }
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else {
            close(ends[0])
            throw Failure.notStarted(SystemError.text)
        }
        defer { close(pipes[1]) }
        for end in ends + pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        do {
            let process = try spawn(program, standard: ends[1], errors: pipes[1])
            return (process, ends[0], WorkerErrors(pipes[0]))
        } catch {
            close(ends[0])
            close(pipes[0])
            throw error
        }
    }

    /// Starts the program with the socket as its standard input and output, and the pipe as its standard error.
    private static func spawn(_ program: String, standard socket: Int32, errors: Int32) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // The threads of a pool block signals, and a worker would inherit that. Ctrl-C reaches it as well, and it must not end of it
        // before it gets as far as to ignore it.
        var mask = sigset_t()
        sigemptyset(&mask)
        for number in [SIGINT, SIGTERM] { sigaddset(&mask, number) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("gale"), strdup(WorkerCommand.name), nil]
        // A trap is told in one line; to trace it back takes seconds, and screens.
        let variables = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        var environment = variables.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, program, &actions, &attributes, &arguments, &environment)
        guard status == 0 else { throw Failure.notStarted(String(cString: strerror(status))) }
        return process
    }

    /// Hands a job over and waits for what comes of it.
    ///
    /// - Parameter longest: wall time that it may take.
    /// - Throws: `Failure`; the worker is then gone.
    package func reply<Reply: Decodable>(
        to job: some Encodable, as: Reply.Type = Reply.self, within longest: Interval, interruption: Interruption
    ) throws -> Reply {
        let latest = ContinuousClock.now + .nanoseconds(longest.nanoseconds)
        try send(Array(WorkerLine.text(job).utf8))
        let line = try receiveLine {
            if interruption.signal != nil { return .interrupted }
            return ContinuousClock.now >= latest ? .overdue(longest) : nil
        }
        guard let reply = WorkerLine.value(Reply.self, line) else {
            throw killed(.ended("a worker's reply could not be read"))
        }
        errors.listen()
        errors.passOn()
        return reply
    }

    private func killed(_ failure: Failure) -> Failure {
        kill(process, SIGKILL)
        end()
        return failure
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                #if canImport(Darwin)
                    Darwin.send(socket, bytes.baseAddress! + sent, bytes.count - sent, 0)
                #else
                    // A worker that is gone must not take this process with it (SIGPIPE).
                    Glibc.send(socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.ended(end()) }
            sent += count
        }
    }

    /// - Parameter failure: says whether it is of no use to wait any longer.
    private func receiveLine(_ failure: () -> Failure?) throws -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 64 << 10)
        var searched = 0
        while true {
            if let newline = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<newline])
                received.removeSubrange(...newline)
                return line
            }
            searched = received.count
            if let failure = failure() { throw killed(failure) }
            if received.count >= longestReply { throw killed(.tooLong(longestReply)) }
            var waiting = [socket, errors.file].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, 2, Self.patience) > 0 else { continue }
            if waiting[1].revents != 0 { errors.listen() }
            guard waiting[0].revents != 0 else { continue }
            let count = read(socket, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.ended(end()) }
            received.append(contentsOf: block[..<count])
        }
    }

    /// Closes the socket, which ends the worker, and waits for that; says how it ended, in its own last word if it had one.
    @discardableResult
    func end() -> String {
        guard !isOver else { return "the worker had ended before" }
        isOver = true
        close(socket)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return "the worker is gone" } }
        errors.listen()
        defer { errors.end() }
        let places = errors.trapPlaces
        let culprit = places.isEmpty ? nil : ProgramSymbols(path: program)?.culprit(places)
        let place = culprit.map { " in \($0)" } ?? ""
        // A line of the standard library says only what was asked of it, and not by whom.
        if let word = errors.lastWord { return word.hasPrefix("Swift/") ? word + place : word }
        errors.passOn()
        let signal = status & 0x7f
        if signal == 0 { return "the worker ended with exit code \(status >> 8 & 0xff) and gave no result" }
        return "the worker was ended by signal \(signal) (\(String(cString: strsignal(signal))))" + place
    }
}
