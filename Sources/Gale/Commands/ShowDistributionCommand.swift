// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import GaleScenarioLanguage

struct ShowDistributionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distribution",
        abstract: "Draws a distribution as the simulator does: its shape, quantiles and moments.",
        discussion: """
            For example: gale show distribution 'lognormal median 45ms p99 400ms'

            V is a time or a size with its unit (10ms, 4KiB), N a number, K a whole number:
            \(DistributionReader.forms.map { "  " + $0 }.joined(separator: "\n"))
            FILE.csv has a sample in each line: 12.5ms; or plain numbers below a first line that names their unit: ms.
            """)

    @Argument(help: "The distribution as a scenario writes it, of times or of sizes.")
    var text: [String]

    func run() throws {
        // One line, whatever the shell handed over.
        let text = String(text.joined(separator: " ").map { $0.isNewline || $0 == "\t" ? " " : $0 })
        let (specification, unit) = try DistributionReader.read(text)
        let sheet = DistributionSheet(text: text, specification: specification, unit: unit)
        try StandardOutput.write(sheet.text(columns: StandardOutput.columns, colour: StandardOutput.hasColour))
    }
}
