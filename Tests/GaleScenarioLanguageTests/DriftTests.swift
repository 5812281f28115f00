// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleScenarioLanguage
import Testing

/// What is generated from the sources is committed as well; these tests fail when one was forgotten.
/// `GALE_REGENERATE=1 swift test --filter DriftTests` writes the schema and the quickstart;
/// `Scripts/embed-profiles` the profiles.
@Suite("Generated files")
struct DriftTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("the committed JSON Schema is the one that the tables give")
    func schema() throws {
        let file = Self.root.appendingPathComponent("Scenarios/scenario.schema.json")
        if ProcessInfo.processInfo.environment["GALE_REGENERATE"] != nil {
            try Schema.text.write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = try String(contentsOf: file, encoding: .utf8)
        #expect(committed == Schema.text, "run: GALE_REGENERATE=1 swift test --filter DriftTests")
    }

    @Test("the built-in profiles are the shipped files")
    func profiles() throws {
        let folder = Self.root.appendingPathComponent("Scenarios/profiles")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(BuiltInProfiles.all.map { $0.name + ".yaml" } == names.sorted(), "run: Scripts/embed-profiles")
        for (name, text) in BuiltInProfiles.all {
            let shipped = try String(contentsOf: folder.appendingPathComponent(name + ".yaml"), encoding: .utf8)
            #expect(text == shipped, "profile \(name): run Scripts/embed-profiles")
        }
    }

    @Test("every line of a shipped profile names its source or is marked as an estimate")
    func sources() {
        for (name, text) in BuiltInProfiles.all {
            for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("about:") {
                let marked = line.contains("# source") || line.contains("# estimate")
                #expect(marked || line.hasPrefix("kind:"), "profile \(name): \(line)")
            }
        }
    }

    @Test("the schema is JSON, and knows every key of the first example")
    func schemaIsJSON() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(Schema.text.utf8)) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: Any])
        let scenario = try #require(definitions["scenario"] as? [String: Any])
        let properties = try #require(scenario["properties"] as? [String: Any])
        for key in ["workloads", "stages", "faults", "expect", "variants"] { #expect(properties[key] != nil) }
        #expect(scenario["additionalProperties"] as? Bool == false)
    }

    @Test(
        "the schema refuses what the language does: bounds, repetitions, times of the day, keys that don't go together")
    func schemaIsStrict() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(Schema.text.utf8)) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        func property(_ table: String, _ key: String) throws -> [String: Any] {
            try #require((definitions[table]?["properties"] as? [String: [String: Any]])?[key])
        }
        let limits = try #require(try property("cap", "limit")["anyOf"] as? [[String: Any]])
        #expect(limits.contains { $0["minimum"] as? Int == 1 })
        let choice = try property("policy", "choose-by")
        #expect(choice["minItems"] as? Int == 1 && choice["uniqueItems"] as? Bool == true)
        let pattern = try Regex(#require(try property("quiet-hours", "begin")["pattern"] as? String))
        #expect("08:00".contains(pattern) && !"8:00".contains(pattern) && !"24:00".contains(pattern))
        let date = try Regex(#require(try property("quiet-hours", "starts")["pattern"] as? String))
        for text in ["2026-03-28T20:00Z", "2026-03-28T20:00:30Z"] { #expect(text.contains(date)) }
        #expect(!"2026-03-28 20:00".contains(date))
        let rules = try #require(definitions["breaker"]?["allOf"] as? [[String: [String: [String]]]])
        #expect(rules.contains { $0["not"]?["required"] == ["window", "window-calls"] })
    }

    @Test("the quickstart is the scenario that init writes")
    func quickstart() throws {
        let file = Self.root.appendingPathComponent("Scenarios/quickstart.yaml")
        let text = "# SPDX-License-Identifier: Apache-2.0\n" + StarterScenario.text(name: "quickstart")
        if ProcessInfo.processInfo.environment["GALE_REGENERATE"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = try String(contentsOf: file, encoding: .utf8)
        #expect(committed == text, "run: GALE_REGENERATE=1 swift test --filter DriftTests")
    }

    @Test("the starter scenario reads without a warning, and so does its variant")
    func starter() throws {
        let text = StarterScenario.text(name: "first")
        do {
            let scenario = try ScenarioReader.read(text: text)
            #expect(scenario.name == "first")
            #expect(scenario.warnings.isEmpty)
            _ = try ScenarioReader.read(text: text, variant: "naive")
        } catch {
            Issue.record("\(error.text)")
        }
    }
}
