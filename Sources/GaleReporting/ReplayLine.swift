// SPDX-License-Identifier: GPL-3.0-or-later

/// The command that tells a message's story, made from the one that repeats its run.
enum ReplayLine {
    /// - Parameter reproduction: `gale run mine.yaml --seed 4 …`.
    static func text(_ reproduction: String, message: String) -> String? {
        // Of a test it is certain only where it has no choice of seeds which run it is.
        guard
            let verb = reproduction.range(of: " run ")
                ?? (reproduction.contains(" --seeds ") ? nil : reproduction.range(of: " test "))
        else { return nil }
        return reproduction.replacingCharacters(in: verb, with: " replay ") + " --message " + message
    }
}
