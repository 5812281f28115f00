// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GaleExperiments
import Synchronization

/// A process of this same program that makes runs: a job is a line of JSON in, a reply a line of JSON out.
///
/// A trap in a run ends that process and no other. Both directions are one socket, so its end shows as soon as it is there.
/// For one thread at a time.
final class WorkerProcess {
    /// Why a worker gave no reply.
    enum Failure: Error {
        /// It is gone; what its end says, in words.
        case ended(String)
        /// The user has interrupted the test, and the worker has been killed.
        case interrupted
        /// It could not be started; the system's reason.
        case notStarted(String)
    }

    private let process: pid_t
    private let socket: Int32
    private var received: [UInt8] = []
    private var isOver = false

    /// Longer than any reply: a theory has a handful of observations.
    private static let longestReply = 16 << 20
    /// Milliseconds between two looks at whether the user has interrupted.
    private static let patience: Int32 = 100
    /// A descriptor that another thread makes between `socketpair` and `FD_CLOEXEC` would live on in this one's worker.
    private static let starting = Mutex(())

    /// - Throws: `Failure.notStarted`.
    init() throws {
        (process, socket) = try Self.starting.withLock { _ in try Self.start() }
    }

    deinit { end() }

    private static func start() throws -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        guard socketpair(AF_UNIX, stream, 0, &ends) == 0 else { throw Failure.notStarted(SystemError.text) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        do {
            return (try spawn(standard: ends[1]), ends[0])
        } catch {
            close(ends[0])
            throw error
        }
    }

    /// Starts the program with the socket as its standard input and output; standard error is shared.
    private static func spawn(standard socket: Int32) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            // This very program, even if a new build has taken its place meanwhile.
            let program = "/proc/self/exe"
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO)
        // The threads of a pool block signals, and a worker would inherit that.
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("gale"), strdup(WorkerCommand.name), nil]
        var environment = ProcessInfo.processInfo.environment.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, program, &actions, &attributes, &arguments, &environment)
        guard status == 0 else { throw Failure.notStarted(String(cString: strerror(status))) }
        return process
    }

    /// Hands a job over and waits for what comes of it.
    ///
    /// - Throws: `Failure`; the worker is then gone.
    func reply<Reply: Decodable>(
        to job: some Encodable, as: Reply.Type = Reply.self, interruption: Interruption
    ) throws -> Reply {
        try send(Array(WorkerLine.text(job).utf8))
        let line = try receiveLine(interruption)
        guard let reply = WorkerLine.value(Reply.self, line) else {
            kill(process, SIGKILL)
            _ = end()
            throw Failure.ended("a worker's reply could not be read")
        }
        return reply
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

    private func receiveLine(_ interruption: Interruption) throws -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let newline = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<newline])
                received.removeSubrange(...newline)
                return line
            }
            guard interruption.signal == nil, received.count < Self.longestReply else {
                kill(process, SIGKILL)
                _ = end()
                throw Failure.interrupted
            }
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Self.patience) > 0 else { continue }
            let count = read(socket, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.ended(end()) }
            received.append(contentsOf: block[..<count])
        }
    }

    /// Closes the socket, which ends the worker, and waits for that; says how it ended.
    @discardableResult
    func end() -> String {
        guard !isOver else { return "the worker had ended before" }
        isOver = true
        close(socket)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return "the worker is gone" } }
        let signal = status & 0x7f
        if signal == 0 { return "the worker ended with exit code \(status >> 8 & 0xff) and gave no result" }
        return "the worker was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }
}
