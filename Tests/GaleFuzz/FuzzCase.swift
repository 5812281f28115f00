// SPDX-License-Identifier: Apache-2.0

/// A scenario and the files beside it, and words for the command line.
struct FuzzCase: Sendable {
    struct File: Sendable {
        var path: String
        var text: String
    }

    /// The first is the scenario.
    var files: [File]
    var arguments: [String] = []

    static let scenarioPath = "scenario.yaml"
    private static let mark = "#--- "

    /// All files in one text: a line `#--- PATH` begins the next.
    var joined: String {
        files.enumerated().map { $0 == 0 ? $1.text : Self.mark + $1.path + "\n" + $1.text }.joined(separator: "\n")
    }

    init(files: [File]) { self.files = files }

    init(joined text: String) {
        files = [File(path: Self.scenarioPath, text: "")]
        guard text.contains(Self.mark) else {
            files[0].text = text
            return
        }
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(line)
            if line.hasPrefix(Self.mark), files.count < 8 {
                files.append(File(path: String(line.dropFirst(Self.mark.count)), text: ""))
            } else {
                files[files.count - 1].text += line + "\n"
            }
        }
    }
}
