// SPDX-License-Identifier: Apache-2.0

extension Tables {
    static let regression = Table(
        name: "regression", title: "a regression",
        keys: [
            Key("violates", .text, .required, "The cause of the failure that the scenario was kept for"),
            Key(
                "expected", .choice(Regression.Expected.allCases.map(\.rawValue)),
                .defaults(Regression.Expected.reproduces.rawValue),
                "Whether `gale test` is to find it (nobody has mended it yet) or not to find it any more"),
            Key(
                "marks", .list(.text, atLeast: 0), .defaults("[]"),
                "What a run has to reach to tell anything about it; a run that does not, and does not fail, is stale"),
            Key("from", .text, .optional, "The scenario and the seed that it was shrunk from"),
        ])
}
