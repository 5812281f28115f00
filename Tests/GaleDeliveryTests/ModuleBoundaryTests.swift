// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The delivery code is for production: it depends on the primitives alone, and knows no simulator.
struct ModuleBoundaryTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func sources(_ module: String) throws -> [(name: String, text: String)] {
        let folder = root.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    /// What a file imports, whatever stands before or after the word.
    private func imports(_ text: String) -> Set<String> {
        var modules: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), words.first != "//", words.first != "///" else {
                continue
            }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = words[(place + 1)...].first { !kinds.contains($0) } ?? ""
            modules.insert(String(name.split(separator: ".").first ?? ""))
        }
        return modules
    }

    @Test("its sources import the primitives alone, and the primitives nothing but the hint to the cache")
    func imports() throws {
        let delivery = try sources("GaleDelivery")
        #expect(delivery.count > 10)
        #expect(delivery.reduce(into: Set()) { $0.formUnion(imports($1.text)) } == ["GalePrimitives"])
        let primitives = try sources("GalePrimitives")
        #expect(!primitives.isEmpty)
        #expect(primitives.reduce(into: Set()) { $0.formUnion(imports($1.text)) } == ["CGalePrefetch"])
    }

    @Test("the package lets it depend on the primitives alone, so on no GSL and no simulator")
    func dependencies() throws {
        let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
            .filter { !$0.isWhitespace }
        #expect(manifest.contains(#".target(name:"GaleDelivery",dependencies:["GalePrimitives"])"#))
        #expect(manifest.contains(#".target(name:"GalePrimitives",dependencies:["CGalePrefetch"])"#))
    }

    @Test("no word of simulation occurs in it, no clock, no thread and no random source")
    func words() throws {
        let forbidden = [
            "simulat", "kernel", "scenario", "gsl", "systemrandomnumbergenerator", ".random(", "dispatchqueue",
            "thread",
            "task {", "task.", "async ", "continuousclock", "suspendingclock", " date(", "(date(", "getenv",
        ]
        for (name, text) in try sources("GaleDelivery") {
            let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
                .joined(separator: "\n").lowercased()
            for word in forbidden { #expect(!code.contains(word), "\(name) says \(word)") }
            let comments = text.lowercased()
            for word in ["simulat", "kernel"] { #expect(!comments.contains(word), "\(name) says \(word)") }
        }
    }
}
