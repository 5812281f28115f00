// SPDX-License-Identifier: Apache-2.0

extension Tables {
    /// What the language has no key for though people look for one, by table and key: what to write instead.
    static let instead: [String: [String: String]] = [
        "scenario": [
            "vary":
                "there are no sweeps; write each value as a variant, variants: {twice: {set: {workloads.NAME.rate: 4k/s}}}, or "
                + "run with one after the other: --set PATH=VALUE",
            "sweep":
                "there are no sweeps; write each value as a variant, variants: {twice: {set: {workloads.NAME.rate: 4k/s}}}, or "
                + "run with one after the other: --set PATH=VALUE",
        ],
        "workload": load, "rate": load.merging(["bursts": besides, "burst": besides]) { own, _ in own },
    ]

    private static let besides =
        "bursts stand beside the rate, in the workload: bursts: [{at: 2min, for: 10s, rate: 20k/s}]"

    private static let load = [
        "diurnal":
            "write a day as a curve, with as many points as it needs: rate: {curve: [[0s, 2k/s], [8h, 9k/s], [24h, 2k/s]]}",
        "trace":
            "recorded arrivals can't be read; write their rates as a curve: rate: {curve: [[0s, 2k/s], [1min, 9k/s]]}",
        "curve": "a curve is a rate: rate: {curve: [[0s, 2k/s], [1min, 9k/s]]}",
    ]
}
