// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What mutations begin with and take their material from: scenarios, profiles, and every value under its key.
struct Corpus: Sendable {
    struct Seed: Sendable {
        var name: String
        var value: YAMLValue
        /// The files that it extends, by the names that it uses.
        var files: [FuzzCase.File]
    }

    private(set) var scenarios: [Seed] = []
    private(set) var profiles: [Seed] = []
    /// Values that stand under a key somewhere.
    private(set) var donors: [String: [YAMLValue]] = [:]
    /// Entries of maps that stand under a key somewhere.
    private(set) var siblings: [String: [YAMLValue.Entry]] = [:]
    private(set) var keys: [String] = []

    /// Every `.yaml` file below the folders, in the order of their names. Rates and counts are made small, so that a run
    /// gets past its faults before it reaches a limit of events.
    init(folders: [String]) {
        for folder in folders {
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            for name in names.filter({ $0.hasSuffix(".yaml") }).sorted() { add(folder: folder, name: name) }
        }
        keys = donors.keys.sorted()
    }

    private mutating func add(folder: String, name: String) {
        let path = folder + "/" + name
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), var value = YAMLValue(text) else { return }
        if value["stages"] != nil || value["extends"] != nil { value = value.thinned() }
        learn(value, key: "")
        let short = (name as NSString).lastPathComponent
        var files: [FuzzCase.File] = []
        if case .scalar(let base)? = value["extends"] {
            let other = (path as NSString).deletingLastPathComponent + "/" + base
            guard let text = try? String(contentsOfFile: other, encoding: .utf8) else { return }
            files.append(FuzzCase.File(path: base, text: text))
        }
        if value["kind"] != nil {
            profiles.append(Seed(name: short, value: value, files: []))
        } else {
            scenarios.append(Seed(name: short, value: value, files: files))
        }
    }

    private mutating func learn(_ value: YAMLValue, key: String) {
        if !key.isEmpty { donors[key, default: []].append(value) }
        switch value {
        case .scalar, .raw: return
        case .list(let values): for value in values { learn(value, key: key) }
        case .map(let entries):
            siblings[key, default: []] += entries
            for entry in entries { learn(entry.value, key: entry.key) }
        }
    }
}

extension YAMLValue {
    /// With at most some dozens of notifications a second, and some thousands in a campaign.
    fileprivate func thinned() -> YAMLValue {
        guard case .map(var entries) = self else { return self }
        for place in entries.indices where entries[place].key == "workloads" {
            entries[place].value = entries[place].value.withSmallLoad(key: "")
        }
        return .map(entries)
    }

    private func withSmallLoad(key: String) -> YAMLValue {
        switch self {
        case .scalar(let text):
            if text.hasSuffix("k/s") || text.hasSuffix("M/s") { return .scalar("\(20 + text.utf8.count)/s") }
            if key == "count", text.hasSuffix("k") || text.hasSuffix("M") { return .scalar("4000") }
            return self
        case .list(let values): return .list(values.map { $0.withSmallLoad(key: key) })
        case .map(let entries):
            return .map(entries.map { Entry(key: $0.key, value: $0.value.withSmallLoad(key: $0.key)) })
        case .raw: return self
        }
    }
}
