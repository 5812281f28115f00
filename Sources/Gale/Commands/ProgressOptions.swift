// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser

/// Whether a command that takes a while says how far it has come.
struct ProgressOptions: ParsableArguments {
    @Flag(help: "No progress.")
    var quiet = false
}
