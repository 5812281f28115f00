// SPDX-License-Identifier: Apache-2.0

/// Damages scenarios. Everything is drawn from one stream, so a case is a function of its seed and ordinal.
struct Mutator {
    let corpus: Corpus
    var draws: Draws

    /// A shipped scenario with a few changes, of which most are such that it may stay valid.
    mutating func makeCase() -> FuzzCase {
        let seed = draws.pick(corpus.scenarios)
        var value = seed.value
        let count = draws.pick([1, 1, 1, 1, 2, 2, 3, 5, 8])
        let mildPercent = draws.pick([100, 100, 100, 80, 30])
        for _ in 0..<count {
            if draws.chance(percent: mildPercent) { changeMildly(&value) } else { damage(&value) }
        }
        var made = FuzzCase(files: [])
        var text = write(value)
        if draws.chance(percent: 10) { text = damaged(text) }
        made.files = [FuzzCase.File(path: FuzzCase.scenarioPath, text: text)] + seed.files
        addFiles(to: &made)
        addArguments(to: &made, value)
        return made
    }

    /// Another text near to this one: its tree is changed when it has one, otherwise its characters.
    mutating func mutated(_ text: String) -> String {
        guard text.utf8.count < 20_000, draws.chance(percent: 75), var value = YAMLValue(text) else {
            return damaged(text)
        }
        for _ in 0...draws.below(3) {
            if draws.chance(percent: 50) { changeMildly(&value) } else { damage(&value) }
        }
        let text = write(value)
        return draws.chance(percent: 10) ? damaged(text) : text
    }

    private mutating func write(_ value: YAMLValue) -> String {
        value.text(blockLevels: draws.pick([0, 1, 2, 3, 3, 4, 6]))
    }

    /// Files that the scenario may refer to: profiles of its own, a CSV, a scenario that it extends.
    private mutating func addFiles(to made: inout FuzzCase) {
        if draws.chance(percent: 15), let profile = corpus.profiles.isEmpty ? nil : draws.pick(corpus.profiles) {
            var value = profile.value
            for _ in 0...draws.below(3) {
                if draws.chance(percent: 70) { changeMildly(&value) } else { damage(&value) }
            }
            made.files.append(FuzzCase.File(path: "profiles/" + profile.name, text: write(value)))
        }
        if draws.chance(percent: 5) {
            let lines = (0...draws.below(20)).map { _ in oddQuantity() }
            made.files.append(FuzzCase.File(path: "values.csv", text: lines.joined(separator: "\n")))
        }
        if draws.chance(percent: 3) {
            let base = made.files[0].text
            made.files[0].text =
                "extends: \(draws.pick(["base.yaml", "scenario.yaml", "../base.yaml", "./base.yaml"]))\n"
            made.files.append(FuzzCase.File(path: "base.yaml", text: draws.chance(percent: 70) ? base : damaged(base)))
        }
    }

    private mutating func addArguments(to made: inout FuzzCase, _ value: YAMLValue) {
        if draws.chance(percent: 10), case .map(let variants)? = value["variants"], !variants.isEmpty {
            made.arguments += ["--variant", draws.pick(variants).key]
        }
        if draws.chance(percent: 10) {
            let path = (0...draws.below(4)).map { _ in draws.pick(corpus.keys) }.joined(separator: ".")
            made.arguments += ["--set", path + "=" + oddQuantity()]
        }
        made.arguments.removeAll { $0.utf8.contains(0) }
        if made.arguments.count % 2 == 1 || made.arguments.contains(where: { $0.hasPrefix("-") && $0.count > 9 }) {
            made.arguments = []
        }
    }
}

extension Mutator {
    /// A quantity, a distribution, an expectation, or something near to one.
    mutating func value() -> String {
        var text: String
        switch draws.below(4) {
        case 0: text = oddQuantity()
        case 1: text = distribution()
        case 2:
            text =
                "\(draws.next() >> UInt64(draws.below(64)))" + (draws.chance(percent: 30) ? "." : "")
                + draws.pick(OddText.units)
        default: text = expectation(.map([]))
        }
        if draws.chance(percent: 20) { text = damaged(text) }
        return text
    }
}
