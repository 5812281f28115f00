// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import CGaleTraps
import Foundation
import GaleExperiments

/// `gale worker`: makes the runs that another `gale` hands it, one line of JSON each, until there are no more.
struct WorkerCommand: ParsableCommand {
    static let name = "worker"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Makes runs, one JSON line in, one JSON line out.", shouldDisplay: false)

    func run() throws {
        // Ctrl-C in a terminal reaches every process of the group: when this one ends is up to the one it works for.
        for number in [SIGINT, SIGTERM] { signal(number, SIG_IGN) }
        gale_report_traps()
        Self.endWithParent()
        var cache = TestJob.Cache()
        var explored = ExploreJob.Cache()
        while let line = readLine(strippingNewline: true) {
            if let job = WorkerLine.value(ExploreJob.self, line.utf8) {
                try StandardOutput.write(WorkerLine.text(job.reply(cache: &explored)))
                continue
            }
            guard let job = WorkerLine.value(TestJob.self, line.utf8) else {
                throw CommandFailure("worker: this is not a job: \(line.prefix(200))")
            }
            try StandardOutput.write(WorkerLine.text(job.reply(cache: &cache)))
        }
    }

    /// Nobody waits for a run whose reader is gone, however that came about.
    private static func endWithParent() {
        // A file or a terminal has an end without being gone.
        var kind = stat()
        guard fstat(STDIN_FILENO, &kind) == 0, kind.st_mode & S_IFMT == S_IFSOCK else { return }
        let thread = Thread {
            var waiting = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
            while poll(&waiting, 1, -1) <= 0 || waiting.revents & Int16(POLLHUP | POLLERR | POLLNVAL) == 0 {}
            _exit(ExitStatus.held)
        }
        thread.name = "parent"
        thread.start()
    }
}
