// SPDX-License-Identifier: GPL-3.0-or-later

/// The command that tells a message's story, made from the one that repeats its run.
enum ReplayLine {
    /// - Parameter reproduction: `gale run mine.yaml --seed 4 …`.
    static func text(_ reproduction: String, message: String) -> String? {
        guard let verb = reproduction.range(of: " run ") else { return nil }
        return reproduction.replacingCharacters(in: verb, with: " replay ") + " --message " + message
    }
}
