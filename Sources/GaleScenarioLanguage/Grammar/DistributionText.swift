// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import GaleRandomness

/// Reads a distribution as text: `lognormal median 45ms p99 400ms`.
package struct DistributionText {
    /// What is drawn: times in nanoseconds, or sizes in bytes.
    package enum Unit: Sendable {
        case time, size

        var words: String { self == .time ? "times" : "sizes" }
        var example: String { self == .time ? "lognormal median 45ms p99 400ms" : "lognormal median 1KiB p99 4KiB" }
        var quantity: Kind { self == .time ? .anyDuration : .size(0...(1 << 40)) }
    }

    /// A mistake: at which character, what, and the nearest valid word.
    package struct Mistake: Error {
        var offset: Int
        var message: String
        var suggestion: String?
        var remedy: String?
    }

    static let forms = [
        "constant V", "uniform LOW..HIGH", "exponential mean V", "lognormal median V p99 V",
        "lognormal median V sigma N", "gamma mean V cv N", "erlang shape K mean V", "weibull shape N scale V",
        "pareto min V alpha N", "hyperexponential mean V cv N", "empirical FILE.csv",
    ]
    static let names = [
        "constant", "uniform", "exponential", "lognormal", "gamma", "erlang", "weibull", "pareto", "hyperexponential",
        "empirical",
    ]

    /// Percentiles that a lognormal may be given by, beside its median.
    private static let percentiles: [(name: String, quantile: Double)] = [
        ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999),
    ]

    let unit: Unit
    private let words: [(text: String, offset: Int)]
    private let length: Int

    /// `readFile` gives the sorted values of an empirical distribution.
    package static func read(
        _ text: String, unit: Unit, readFile: (String) throws(Mistake) -> [Double]
    ) throws(Mistake) -> DistributionSpecification {
        let specification = try DistributionText(text: text, unit: unit).read(readFile)
        if let problem = specification.problem { throw Mistake(offset: 0, message: problem) }
        return specification
    }

    private init(text: String, unit: Unit) {
        self.unit = unit
        var words: [(String, Int)] = []
        var word = ""
        var start = 0
        let scalars = Array(text.unicodeScalars)
        for (offset, scalar) in scalars.enumerated() {
            if scalar == " " || scalar == "\t" || scalar == "\n" {
                if !word.isEmpty { words.append((word, start)) }
                word = ""
            } else {
                if word.isEmpty { start = offset }
                word.unicodeScalars.append(scalar)
            }
        }
        if !word.isEmpty { words.append((word, start)) }
        self.words = words
        length = scalars.count
    }

    private func read(_ readFile: (String) throws(Mistake) -> [Double]) throws(Mistake) -> DistributionSpecification {
        guard let first = words.first else { throw unknown("", at: 0) }
        switch first.text {
        case "constant": return .constant(try values(1)[0])
        case "uniform": return try uniform()
        case "exponential": return .exponential(mean: try parameters(["mean"])[0])
        case "lognormal": return try lognormal()
        case "gamma":
            let p = try parameters(["mean", "cv"])
            return .gamma(mean: p[0], cv: p[1])
        case "erlang": return try erlang()
        case "weibull":
            let p = try parameters(["shape", "scale"])
            return .weibull(shape: p[0], scale: p[1])
        case "pareto":
            let p = try parameters(["min", "alpha"])
            return .pareto(minimum: p[0], alpha: p[1])
        case "hyperexponential": return try hyperexponential()
        case "empirical":
            if words.count != 2 { throw form("empirical FILE.csv") }
            do { return .empirical(try readFile(words[1].text)) } catch {
                throw Mistake(
                    offset: words[1].offset, message: error.message, suggestion: error.suggestion, remedy: error.remedy)
            }
        default:
            // A bare quantity is a constant.
            if words.count == 1, first.text.first?.isNumber == true { return .constant(try quantity(0)) }
            throw unknown(first.text, at: first.offset)
        }
    }

    private func uniform() throws(Mistake) -> DistributionSpecification {
        guard words.count == 2, let split = words[1].text.range(of: "..") else { throw form("uniform LOW..HIGH") }
        let low = try quantity(String(words[1].text[..<split.lowerBound]), at: words[1].offset)
        let shift = words[1].text[..<split.upperBound].unicodeScalars.count
        let high = try quantity(String(words[1].text[split.upperBound...]), at: words[1].offset + shift)
        if low >= high { throw Mistake(offset: words[1].offset, message: "the low end must be below the high end") }
        return .uniform(low: low, high: high)
    }

    private func lognormal() throws(Mistake) -> DistributionSpecification {
        guard words.count == 5 else { throw form("lognormal median V p99 V (or: sigma N)") }
        if words[3].text == "sigma" {
            let p = try parameters(["median", "sigma"])
            return .lognormal(median: p[0], sigma: p[1])
        }
        guard let percentile = Self.percentiles.first(where: { $0.name == words[3].text }) else {
            throw Mistake(
                offset: words[3].offset, message: "a lognormal has no '\(words[3].text.shortened)'",
                suggestion: NearestName.of(words[3].text, among: ["sigma"] + Self.percentiles.map(\.name)),
                remedy: "write: lognormal median V p99 V, or: lognormal median V sigma N")
        }
        let p = try parameters(["median", percentile.name])
        if p[1] <= p[0] {
            throw Mistake(offset: words[4].offset, message: "\(percentile.name) must be above the median")
        }
        return .lognormal(median: p[0], quantile: percentile.quantile, value: p[1])
    }

    private func erlang() throws(Mistake) -> DistributionSpecification {
        // Before the mean, so that a wrong shape is not taken for a mean of the other unit.
        if words.count > 2, words[1].text == "shape" {
            let shape = try number(2)
            guard shape == shape.rounded(.down), shape >= 1 else {
                throw Mistake(
                    offset: words[2].offset, message: "an Erlang's shape is a whole number from 1 to 1000",
                    remedy: "a gamma's needn't be whole: gamma mean V cv N, where cv is 1/√shape")
            }
        }
        let p = try parameters(["shape", "mean"], usage: "erlang shape K mean V")
        return .erlang(shape: Int(p[0]), mean: p[1])
    }

    private func hyperexponential() throws(Mistake) -> DistributionSpecification {
        let p = try parameters(["mean", "cv"])
        if p[1] <= 1 {
            throw Mistake(offset: words[4].offset, message: "a hyperexponential's cv must be above 1")
        }
        return .hyperexponential(mean: p[0], cv: p[1])
    }

    /// The parameters of `NAME key value key value`, in this order; each above 0.
    private func parameters(_ keys: [String], usage: String? = nil) throws(Mistake) -> [Double] {
        let usage = usage ?? words[0].text + keys.map { " \($0) \(Self.plain.contains($0) ? "N" : "V")" }.joined()
        guard words.count == 1 + 2 * keys.count else { throw form(usage) }
        var values: [Double] = []
        for (index, key) in keys.enumerated() {
            let word = words[1 + 2 * index]
            if word.text != key {
                throw Mistake(
                    offset: word.offset, message: "expected '\(key)', found '\(word.text.shortened)'",
                    suggestion: NearestName.of(word.text, among: [key]), remedy: "write: \(usage)")
            }
            let value = Self.plain.contains(key) ? try number(2 + 2 * index) : try quantity(2 + 2 * index)
            if value <= 0 {
                throw Mistake(offset: words[2 + 2 * index].offset, message: "'\(key)' must be above 0")
            }
            values.append(value)
        }
        return values
    }

    /// Parameters without a unit.
    private static let plain: Set<String> = ["sigma", "cv", "shape", "alpha"]

    private func values(_ count: Int) throws(Mistake) -> [Double] {
        guard words.count == 1 + count else { throw form(words[0].text + " V") }
        return [try quantity(1)]
    }

    private func number(_ index: Int) throws(Mistake) -> Double {
        do throws(Quantity.Problem) {
            let value = try Quantity.number(words[index].text)
            if value > 1_000 { throw .tooLarge }
            return value
        } catch {
            let text = QuantityMessage.text(error, found: words[index].text, kind: .decimal(0...1_000))
            throw Mistake(offset: words[index].offset, message: text.message, suggestion: text.suggestion)
        }
    }

    private func quantity(_ index: Int) throws(Mistake) -> Double {
        try quantity(words[index].text, at: words[index].offset)
    }

    private func quantity(_ text: String, at offset: Int) throws(Mistake) -> Double {
        do throws(Quantity.Problem) {
            let value = unit == .time ? try Quantity.duration(text) : try Quantity.size(text)
            if value > (unit == .time ? Kind.nanosecondsLimit : 1 << 40) { throw .tooLarge }
            return Double(value)
        } catch {
            let message = QuantityMessage.text(error, found: text, kind: unit.quantity)
            throw Mistake(offset: offset, message: message.message, suggestion: message.suggestion)
        }
    }

    private func form(_ usage: String) -> Mistake {
        Mistake(offset: 0, message: "'\(words[0].text)' wants other parameters", remedy: "write: \(usage)")
    }

    private func unknown(_ name: String, at offset: Int) -> Mistake {
        Mistake(
            offset: offset,
            message: "unknown distribution '\(name.shortened)'; expected \(Kind.distribution(unit).expected)",
            suggestion: NearestName.of(name, among: Self.names),
            remedy: "valid here: " + Self.forms.joined(separator: ", "))
    }
}
