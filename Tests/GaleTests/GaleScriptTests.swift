// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// `Scripts/gale`: when it builds.
@Suite struct GaleScriptTests {
    let folder: TemporaryFolder

    /// A tree with the script, and with a build that notes that it was made.
    init() throws {
        folder = try TemporaryFolder()
        for name in ["Scripts", "Sources/Gale", ".cache"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Scripts/gale")
        try FileManager.default.copyItem(atPath: script.path, toPath: folder.path + "/Scripts/gale")
        let build = """
            #!/bin/sh
            cd "$(dirname "$0")/.."
            echo built >> builds
            test ! -e broken || exit 1
            mkdir -p .build/release
            printf '#!/bin/sh\\necho program\\n' > .build/release/gale
            chmod +x .build/release/gale
            touch Package.resolved
            """
        try folder.write(build, to: "Scripts/build")
        _ = chmod(folder.path + "/Scripts/build", 0o755)
        for name in ["Package.swift", "Sources/Gale/a.swift", "Sources/Gale/b b.swift"] {
            try folder.write("// \(name)\n", to: name)
        }
    }

    /// The exit code, and how many builds there were by then.
    private func run() throws -> [Int] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [folder.path + "/Scripts/gale", "--version"]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        process.environment = ["PATH": folder.path + "/bin:" + path]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        process.waitUntilExit()
        return [
            Int(process.terminationStatus), try folder.read("builds").split(separator: "\n").count,
        ]
    }

    @Test("it builds when the sources are others, and not when a checkout has made the same ones anew")
    func content() throws {
        #expect(try run() == [0, 1])
        #expect(try run() == [0, 1])
        let later = Date(timeIntervalSinceNow: 1_000)
        for name in ["Package.swift", "Sources/Gale/a.swift", "Sources/Gale/b b.swift", "Scripts/build"] {
            try FileManager.default.setAttributes(
                [.modificationDate: later], ofItemAtPath: folder.path + "/" + name)
        }
        #expect(try run() == [0, 1])
        try folder.write("// other\n", to: "Sources/Gale/b b.swift")
        // An older file counts as well.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000)],
            ofItemAtPath: folder.path + "/Sources/Gale/b b.swift")
        #expect(try run() == [0, 2])
        try FileManager.default.removeItem(atPath: folder.path + "/Sources/Gale/a.swift")
        #expect(try run() == [0, 3])
        try FileManager.default.moveItem(
            atPath: folder.path + "/Sources/Gale/b b.swift", toPath: folder.path + "/Sources/Gale/c.swift")
        #expect(try run() == [0, 4])
        #expect(try run() == [0, 4])
    }

    @Test("a program out of a cache gets the library that is missing where it runs, without a build")
    func library() throws {
        #expect(try run() == [0, 1])
        try FileManager.default.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
        let root = folder.path
        try folder.write("#!/bin/sh\ntest -e '\(root)/installed' || echo ' libgsl.so.27 => not found'\n", to: "bin/ldd")
        try folder.write("#!/bin/sh\necho \"$@\" >> '\(root)/installed'\n", to: "Scripts/install-missing")
        for name in ["bin/ldd", "Scripts/install-missing"] { _ = chmod(root + "/" + name, 0o755) }
        for _ in 1...2 { #expect(try run() == [0, 1]) }
        #expect(try folder.read("installed") == "gsl\n")
    }

    @Test("a build that failed is made again")
    func failed() throws {
        try folder.write("", to: "broken")
        #expect(try run() == [1, 1])
        #expect(try run() == [1, 2])
        try FileManager.default.removeItem(atPath: folder.path + "/broken")
        #expect(try run() == [0, 3])
    }
}
