// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// The values of `empirical FILE.csv`: one a line, each with its unit (`12.5ms`); or a first line that names the unit
/// of plain numbers (`ms`). The file lies in the scenario's folder or below it.
enum EmpiricalFile {
    static let valueLimit = 1_000_000

    static func read(
        _ name: String, unit: DistributionText.Unit, from source: SourceText, files: SourceFiles
    ) throws(DistributionText.Mistake) -> [Double] {
        guard let folder = source.folder else {
            throw mistake("there is no folder to look for '\(name.shortened)' in", "put it into the scenario's file")
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains("..") || parts.contains("") || name.utf8.count > 255 {
            throw mistake(
                "'\(name.shortened)' is outside of the scenario's folder", "name a file in that folder or below")
        }
        let text: String
        do throws(SourceFiles.Problem) { text = try files.read(SourceFiles.join(folder, name)) } catch {
            throw mistake("cannot read '\(name.shortened)': \(error.words)", nil)
        }
        return try values(text, unit, name)
    }

    private static func values(
        _ text: String, _ unit: DistributionText.Unit, _ name: String
    ) throws(DistributionText.Mistake) -> [Double] {
        var lines = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { trimmed(String($0)) }
        lines.removeAll { $0.isEmpty || $0.hasPrefix("#") }
        var suffix = ""
        let units = unit == .time ? Quantity.durationUnits.map(\.name) : Quantity.sizeUnits.map(\.name)
        if let first = lines.first, units.contains(first) {
            suffix = first
            lines.removeFirst()
        }
        if lines.isEmpty { throw mistake("'\(name.shortened)' has no values", nil) }
        if lines.count > valueLimit { throw mistake("'\(name.shortened)' has more than \(valueLimit) values", nil) }
        var values: [Double] = []
        values.reserveCapacity(lines.count)
        for (index, line) in lines.enumerated() {
            let value = try? unit == .time ? Quantity.duration(line + suffix) : Quantity.size(line + suffix)
            guard let value, value <= Kind.nanosecondsLimit else {
                throw mistake(
                    "value \(index + 1) of '\(name.shortened)' is '\(line.shortened)'; expected "
                        + "\(unit.quantity.expected)",
                    "or let the first line be the unit of plain numbers: \(unit == .time ? "ms" : "KiB")")
            }
            values.append(Double(value))
        }
        return values.sorted()
    }

    static func digest(_ values: [Double]) -> String {
        var fingerprint = Fingerprint()
        for value in values { fingerprint.absorb(value.bitPattern) }
        return "\(values.count) values, \(fingerprint.digest)"
    }

    private static func mistake(_ message: String, _ remedy: String?) -> DistributionText.Mistake {
        DistributionText.Mistake(offset: 0, message: message, remedy: remedy)
    }

    private static func trimmed(_ line: String) -> String {
        String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension SourceFiles.Problem {
    var words: String {
        switch self {
        case .missing: "there is no such file"
        case .tooLarge: "it is larger than 4 MiB"
        case .notText: "it is not UTF-8 text"
        case .unreadable(let why): why
        }
    }
}
