// SPDX-License-Identifier: Apache-2.0
import Foundation

// A profile is a YAML file `profiles/NAME.yaml`: a flat map. Every quantity carries its unit, and each line ends in a
// comment `# source: …` or `# estimate`. The keys of a provider's profile (a scenario may override each of them):
//
//   kind: provider                  # provider | kafka | direct | store: what the profile is for; required
//   about: Apple Push Notification service
//   dialect: apns                   # apns | fcm | sms | smtp | gateway; required
//   latency: lognormal median 45ms p99 400ms     # any distribution of time; required
//   capacity: 100k/s                # requests per second, or `unbounded`; default unbounded
//   maximum-wait: 1s                # what would wait longer is excess; default 1s
//   excess: 503 ServiceUnavailable  # queue | reset | an answer: STATUS or STATUS REASON; default queue
//   quota:                          # or `none` (the default)
//     count: 600k                   # requests in one window
//     window: 1min
//     refill: at-once               # at-once | steady (the default)
//     burst: 20                     # how much of a steady quota can be saved up; default: all of count
//     answer: 429 QUOTA_EXCEEDED    # STATUS or STATUS REASON; required
//   outcomes:                       # answers that occur without any fault; default none
//     - {answer: 410 Unregistered, share: 0.1%, layer: recipient}    # layer: recipient | call (the default)
//   retry-after: 30s                # on its 429 and 503, or `none` (the default)
//   weather: 0.2                    # sigma of the lognormal factor per second on its latency; default 0
//   error-weather: 0.5              # the same on the shares of its `call` outcomes; default 0
//   rejection-cost: 2%              # what turning away costs, of the work of serving; default 2%
//   rejection-latency: 10%          # how long turning away takes, of the latency drawn; default 10%
//   answers: on-admission           # on-admission | after-work (the default)
//   concurrency: {limit: 100, answer: 429 20429}      # requests under way at once, or `none` (the default)
//   greylisting: {share: 10%, delay: 5min, memory: 36d, answer: 451 4.7.1}      # or `none` (the default)
//
// In a scenario `quota: 4.8M/min` replaces count and window, and keeps refill and answer; `none` removes the quota.
// An answer is `STATUS` or `STATUS REASON`, the reason as the dialect's taxonomy spells it: `410 Unregistered` (apns),
// `404 UNREGISTERED` (fcm), `400 21211` (sms), `550 5.1.1` (smtp).
//
// A store's profile has: kind: store, latency, capacity, maximum-wait, errors (a share), shards.
// A broker's profile has kind: direct and nothing else, or kind: kafka and Kafka's settings (see `kafka.yaml`).

/// Finds profiles: `profiles/NAME.yaml` beside the scenario or in a parent folder, else the copy built into the
/// program.
struct ProfileReader {
    static let levelLimit = 8

    let files: SourceFiles
    let diagnostics: Diagnostics
    let cache: Cache

    /// Trees that were read before, in this reading of a scenario and its variants.
    final class Cache {
        fileprivate var trees: [String: Tree] = [:]
    }

    /// The profile's tree, checked for its kind and keys; nil after a diagnostic.
    func profile(_ name: String, for entity: Entity, at place: Place) -> (kind: ProfileKind, tree: Tree)? {
        let cacheKey = "\(place.source.folder ?? ""):\(name)"
        guard let tree = cache.trees[cacheKey] ?? read(name, at: place) else { return nil }
        cache.trees[cacheKey] = tree
        let kindTree = tree["kind"]
        guard tree.entries != nil, let kind = kindTree?.scalar.flatMap(ProfileKind.init(rawValue:)) else {
            diagnostics.error(
                "the profile '\(name.shortened)' has no valid 'kind'; expected one of "
                    + ProfileKind.allCases.map(\.rawValue).joined(separator: ", "), at: (kindTree ?? tree).place)
            return nil
        }
        if kind.entity != entity {
            diagnostics.error(
                "'\(name.shortened)' is the profile of \(kind.entity.withArticle), expected one of "
                    + "\(entity.withArticle)",
                at: place, suggestion: NearestName.of(name, among: names(for: entity, at: place)),
                remedy: "profiles of \(entity.plural): \(names(for: entity, at: place).joined(separator: ", "))")
            return nil
        }
        return hasOnlyKnownKeys(tree, of: kind, name) ? (kind, tree) : nil
    }

    private func read(_ name: String, at place: Place) -> Tree? {
        guard let (text, file, folder) = find(name, at: place) else { return nil }
        let source = SourceText(file: file, folder: folder, text: text)
        return TreeReader.read(text, source: source, diagnostics: diagnostics)
    }

    private func hasOnlyKnownKeys(_ tree: Tree, of kind: ProfileKind, _ name: String) -> Bool {
        let table = Tables.profile(kind)
        let unknown = (tree.entries ?? []).filter { table[$0.key] == nil }
        for entry in unknown {
            diagnostics.unknown(
                "key", entry.key, among: table.keyNames, in: "profile '\(name.shortened)'", at: entry.place)
        }
        return unknown.isEmpty
    }

    private func find(_ name: String, at place: Place) -> (text: String, file: String, folder: String?)? {
        if Checker.isName(name) {
            for folder in folders(from: place.source.folder) {
                let path = SourceFiles.join(folder, name + ".yaml")
                guard files.exists(path) else { continue }
                do throws(SourceFiles.Problem) { return (try files.read(path), path, folder) } catch {
                    diagnostics.error("cannot read the profile '\(path)': \(error.words)", at: place)
                    return nil
                }
            }
            if let text = BuiltInProfiles.text(name) { return (text, "built-in profile \(name)", nil) }
        }
        let known = allNames(at: place)
        diagnostics.unknown(
            "profile", name, among: known, at: place,
            remedy: "write profiles/NAME.yaml beside the scenario, or use one of: \(known.joined(separator: ", "))")
        return nil
    }

    /// The `profiles` folders that are looked into, nearest first.
    private func folders(from folder: String?) -> [String] {
        guard var current = folder else { return [] }
        var found: [String] = []
        if files.readsDisk, !current.hasPrefix("/") {
            // What lies above the working folder has no relative name without "..".
            found.append(SourceFiles.join(current, "profiles"))
            current = FileManager.default.currentDirectoryPath + "/" + (current == "." ? "" : current)
            current = (current as NSString).standardizingPath
            current = SourceFiles.folder(of: current)
        }
        while found.count < Self.levelLimit {
            found.append(SourceFiles.join(current, "profiles"))
            if current == "." || current == "/" { break }
            current = SourceFiles.folder(of: current)
        }
        return found
    }

    private func allNames(at place: Place) -> [String] {
        var names = Set(BuiltInProfiles.all.map(\.name))
        for folder in folders(from: place.source.folder) { names.formUnion(files.yamlNames(in: folder)) }
        return names.sorted()
    }

    /// Names of the profiles for one section.
    private func names(for entity: Entity, at place: Place) -> [String] {
        BuiltInProfiles.all.filter { profile in
            guard let line = profile.text.split(separator: "\n").first(where: { $0.hasPrefix("kind:") }) else {
                return false
            }
            let word = line.dropFirst(5).split(whereSeparator: { $0 == " " }).first.map(String.init) ?? ""
            return ProfileKind(rawValue: word)?.entity == entity
        }.map(\.name)
    }
}
