// SPDX-License-Identifier: Apache-2.0

/// The shipped profiles, so that the program works in any folder.
public enum BuiltInProfiles {
    /// Names and texts, sorted by name.
    public static let all: [(name: String, text: String)] = generated

    /// The text of one; nil: there is none of that name.
    public static func text(_ name: String) -> String? { all.first { $0.name == name }?.text }
}
