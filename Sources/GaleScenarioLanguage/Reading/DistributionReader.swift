// SPDX-License-Identifier: Apache-2.0
import GaleRandomness

/// Reads one distribution as scenarios write it, outside of a scenario: `lognormal median 45ms p99 400ms`.
public enum DistributionReader {
    /// What is drawn.
    public enum Unit: Sendable {
        /// Times, in nanoseconds.
        case time
        /// Sizes, in bytes.
        case size
    }

    /// The names that a distribution's text begins with.
    public static var names: [String] { DistributionText.names }

    /// How each is written: `lognormal median V p99 V`.
    public static var forms: [String] { DistributionText.forms }

    /// Reads times, or else sizes. The file of an `empirical FILE.csv` may lie anywhere; a relative path starts at the working
    /// directory.
    ///
    /// - Parameter name: what errors call the place of the text.
    /// - Throws: `ScenarioError` with the column of the mistake and what was expected there.
    public static func read(
        _ text: String, name: String = "distribution"
    ) throws(ScenarioError) -> (specification: DistributionSpecification, unit: Unit) {
        let asTimes: DistributionText.Mistake
        do throws(DistributionText.Mistake) { return (try read(text, .time), .time) } catch { asTimes = error }
        let asSizes: DistributionText.Mistake
        do throws(DistributionText.Mistake) { return (try read(text, .size), .size) } catch { asSizes = error }
        // At the beginning stands what concerns the whole, whatever the unit; else that was meant which was understood further.
        let isSizes = asTimes.offset > 0 && (asSizes.offset == 0 || asSizes.offset > asTimes.offset)
        let mistake = isSizes ? asSizes : asTimes
        throw ScenarioError(diagnostics: [
            Diagnostic(
                location: SourceLocation(file: name, line: 1, column: mistake.offset + 1), message: mistake.message,
                suggestion: mistake.suggestion, remedy: mistake.remedy, sourceLine: text)
        ])
    }

    private static func read(
        _ text: String, _ unit: DistributionText.Unit
    ) throws(DistributionText.Mistake) -> DistributionSpecification {
        try DistributionText.read(text, unit: unit) { path throws(DistributionText.Mistake) in
            let source = SourceText(file: path, folder: SourceFiles.folder(of: path), text: "")
            let file = String(path.split(separator: "/").last ?? "")
            return try EmpiricalFile.read(file, unit: unit, from: source, files: SourceFiles())
        }
    }
}
