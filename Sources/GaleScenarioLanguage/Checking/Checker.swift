// SPDX-License-Identifier: Apache-2.0

/// Checks a tree against a `Kind`: keys, units, ranges, names. Finds all mistakes in one pass.
struct Checker {
    /// Whom a value belongs to, for messages: `provider 'apns'`.
    struct Owner {
        var label: String
        var place: Place
    }

    /// The names that the scenario declares.
    let names: [Entity: [String]]
    let diagnostics: Diagnostics
    let files: SourceFiles

    func check(_ tree: Tree, as kind: Kind, of owner: Owner) -> Item {
        switch kind {
        case .either(let kinds): return either(tree, kinds, kind, owner)
        case .record(let table): return record(tree, table, owner)
        case .named(let entity, let kind): return named(tree, entity, kind, owner)
        case .keyed(let keys, let what, let kind): return keyed(tree, keys, what, kind, owner)
        case .keyedBy(let entity, let kind): return keyed(tree, names[entity] ?? [], entity.rawValue, kind, owner)
        case .list(let element, let atLeast): return list(tree, element, atLeast, kind, owner)
        case .tuple(let kinds): return tuple(tree, kinds, kind, owner)
        case .expectation: return expectation(tree, owner)
        case .assignments, .exploration: return assignments(tree, kind, owner)
        default: return scalar(tree, kind, owner)
        }
    }

    func mismatch(_ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        diagnostics.error("\(owner.label): found \(tree.kindName), expected \(kind.expected)", at: tree.place)
        return .wrong(at: tree.place)
    }

    // MARK: Alternatives

    private func either(_ tree: Tree, _ kinds: [Kind], _ whole: Kind, _ owner: Owner) -> Item {
        switch tree.content {
        case .empty:
            return mismatch(tree, whole, owner)
        case .scalar(let text):
            return eitherScalar(tree, text, kinds, whole, owner)
        case .list:
            for kind in kinds {
                switch kind {
                case .list, .tuple: return check(tree, as: kind, of: owner)
                default: continue
                }
            }
        case .map(let entries):
            let scored = kinds.filter { !$0.isScalar }.compactMap { kind in fit(entries, kind).map { (kind, $0) } }
            if let best = scored.max(by: { $0.1 < $1.1 }) { return check(tree, as: best.0, of: owner) }
        }
        return mismatch(tree, whole, owner)
    }

    private func eitherScalar(_ tree: Tree, _ text: String, _ kinds: [Kind], _ whole: Kind, _ owner: Owner) -> Item {
        let scalars = kinds.filter(\.isScalar)
        for kind in scalars {
            let silent = Checker(names: names, diagnostics: Diagnostics(), files: files)
            let item = silent.check(tree, as: kind, of: owner)
            if !item.isWrong { return item }
        }
        // The alternative that is not a fixed word explains best what is wrong, unless a word is near.
        let words = scalars.flatMap { kind in
            if case .choice(let words) = kind { return words }
            return []
        }
        let open = scalars.filter { kind in
            if case .choice = kind { return false }
            return true
        }
        if let near = NearestName.of(text, among: words), text.first?.isNumber != true {
            diagnostics.error(
                "\(owner.label): found '\(text.shortened)', expected \(whole.expected)", at: tree.place,
                suggestion: near)
            return .wrong(at: tree.place)
        }
        guard open.count == 1 else { return mismatch(tree, whole, owner) }
        return check(tree, as: open[0], of: owner)
    }

    /// How well a map's keys fit; nil for what is no map.
    private func fit(_ entries: [Tree.Entry], _ kind: Kind) -> Int? {
        switch kind {
        case .record(let table): return entries.count { table[$0.key] != nil }
        case .keyed(let keys, _, _): return entries.count { keys.contains($0.key) }
        case .keyedBy(let entity, let kind):
            if kind.isScalar, entries.contains(where: { $0.value.scalar == nil }) { return -1 }
            return entries.count { names[entity]?.contains($0.key) ?? false }
        case .named, .assignments, .exploration: return 0
        default: return nil
        }
    }

    // MARK: Maps

    private func record(_ tree: Tree, _ table: Table, _ owner: Owner) -> Item {
        guard let entries = tree.entries else { return mismatch(tree, .record(table), owner) }
        var given: [String: Item] = [:]
        // What a mistyped key probably was meant to be is not missing as well.
        var meant: Set<String> = []
        for entry in entries {
            guard let key = table[entry.key] else {
                if let instead = Tables.instead[table.name]?[entry.key] {
                    meant.formUnion(table.keys.filter(\.isRequired).map(\.name))
                    diagnostics.error(
                        "unknown key '\(entry.key)' in \(owner.label)", at: entry.place, remedy: instead)
                    continue
                }
                if !diagnostics.isFull, let nearest = NearestName.of(entry.key, among: table.keyNames) {
                    meant.insert(nearest)
                }
                diagnostics.unknown("key", entry.key, among: table.keyNames, in: owner.label, at: entry.place)
                continue
            }
            let label = "'\(entry.key)' of \(owner.label)"
            given[entry.key] = check(entry.value, as: key.kind, of: Owner(label: label, place: entry.place))
        }
        var pairs: [Item.Pair] = []
        for key in table.keys {
            if let item = given[key.name] {
                let place = entries.first { $0.key == key.name }?.place ?? item.place
                pairs.append(Item.Pair(key: key.name, place: place, item: item))
            } else if meant.contains(key.name) {
                pairs.append(Item.Pair(key: key.name, place: owner.place, item: .wrong(at: owner.place)))
            } else if let item = absent(key, owner, profiled: given["profile"] != nil || meant.contains("profile")) {
                pairs.append(Item.Pair(key: key.name, place: owner.place, item: item))
            }
        }
        for group in table.exactlyOneOf { exactlyOne(of: group, entries, meant, owner) }
        return Item(value: .map(pairs), place: tree.place, text: "")
    }

    private func absent(_ key: Key, _ owner: Owner, profiled: Bool) -> Item? {
        switch key.presence {
        case .required:
            diagnostics.error(
                "\(owner.label) has no '\(key.name)'; expected \(key.kind.expected)", at: owner.place,
                remedy: "\(key.name): \(key.about)")
            return .wrong(at: owner.place)
        case .fromProfile:
            // A profile that was found has been put in place of its name; one that was not has had its diagnostic.
            if profiled { return .wrong(at: owner.place) }
            diagnostics.error(
                "\(owner.label) has no '\(key.name)'; expected \(key.kind.expected)", at: owner.place,
                remedy: "name a `profile:` that has it, or write it out")
            return .wrong(at: owner.place)
        case .optional: return nil
        case .defaults(let text):
            var item = check(Tree.defaultValue(text, at: owner.place), as: key.kind, of: owner)
            item.given = false
            return item
        }
    }

    private func exactlyOne(
        of group: [String], _ entries: [Tree.Entry], _ meant: Set<String>, _ owner: Owner
    ) {
        let given = entries.filter { group.contains($0.key) }
        let choices = group.joined(separator: ", ")
        if given.isEmpty {
            if group.contains(where: meant.contains) { return }
            diagnostics.error("\(owner.label) needs one of: \(choices)", at: owner.place)
        } else if given.count > 1 {
            diagnostics.error(
                "\(owner.label) has both '\(given[0].key)' and '\(given[1].key)'; expected exactly one of: \(choices)",
                at: given[1].place)
        }
    }

    private func named(_ tree: Tree, _ entity: Entity, _ kind: Kind, _ owner: Owner) -> Item {
        guard let entries = tree.entries else { return mismatch(tree, .named(entity, kind), owner) }
        if entries.count > Self.namesLimit {
            diagnostics.error("more than \(Self.namesLimit) \(entity.plural)", at: owner.place)
            return .wrong(at: tree.place)
        }
        var pairs: [Item.Pair] = []
        for entry in entries {
            checkName(entry.key, entity, at: entry.place)
            let label = "\(entity.rawValue) '\(entry.key.shortened)'"
            let item = check(entry.value, as: kind, of: Owner(label: label, place: entry.place))
            pairs.append(Item.Pair(key: entry.key, place: entry.place, item: item))
        }
        return Item(value: .map(pairs), place: tree.place, text: "")
    }

    static let namesLimit = 1_000

    private func checkName(_ name: String, _ entity: Entity, at place: Place) {
        if Self.isName(name) { return }
        diagnostics.error(
            "'\(name.shortened)' is no name for \(entity.withArticle); expected a letter, then letters, "
                + "digits and hyphens, "
                + "64 characters at most", at: place)
    }

    static func isName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, scalars.count <= 64, first.properties.isAlphabetic, first.isASCII else {
            return false
        }
        return scalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_")
        }
    }

    private func keyed(_ tree: Tree, _ keys: [String], _ what: String, _ kind: Kind, _ owner: Owner) -> Item {
        guard let entries = tree.entries else { return mismatch(tree, .keyed(keys, what: what, kind), owner) }
        var pairs: [Item.Pair] = []
        for entry in entries {
            if !keys.contains(entry.key) {
                diagnostics.unknown(what, entry.key, among: keys, in: owner.label, at: entry.place)
                pairs.append(Item.Pair(key: entry.key, place: entry.place, item: .wrong(at: entry.place)))
                continue
            }
            let label = "'\(entry.key)' of \(owner.label)"
            let item = check(entry.value, as: kind, of: Owner(label: label, place: entry.place))
            pairs.append(Item.Pair(key: entry.key, place: entry.place, item: item))
        }
        // In the order of the list, so that the order of writing does not matter.
        pairs.sort { (keys.firstIndex(of: $0.key) ?? 0) < (keys.firstIndex(of: $1.key) ?? 0) }
        return Item(value: .map(pairs), place: tree.place, text: "")
    }

    private func assignments(_ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        guard let entries = tree.entries else { return mismatch(tree, kind, owner) }
        // The values are checked where they are put; here only that there are paths.
        let pairs = entries.map { entry in
            Item.Pair(
                key: entry.key, place: entry.place, item: Item(value: .word(""), place: entry.value.place, text: ""))
        }
        return Item(value: .map(pairs), place: tree.place, text: "")
    }

    // MARK: Lists

    private func list(_ tree: Tree, _ element: Kind, _ atLeast: Int, _ kind: Kind, _ owner: Owner) -> Item {
        guard case .list(let trees) = tree.content else { return mismatch(tree, kind, owner) }
        if trees.count < atLeast {
            diagnostics.error("\(owner.label) is empty; expected at least \(atLeast)", at: tree.place)
            return .wrong(at: tree.place)
        }
        if trees.count > Self.listLimit {
            diagnostics.error("\(owner.label) has more than \(Self.listLimit) elements", at: tree.place)
            return .wrong(at: tree.place)
        }
        let items = trees.enumerated().map { index, tree in
            check(tree, as: element, of: Owner(label: "item \(index + 1) of \(owner.label)", place: tree.place))
        }
        if case .choice = element { checkRepetitions(items, owner) }
        return Item(value: .list(items), place: tree.place, text: "")
    }

    static let listLimit = 10_000

    /// Of a list of words each says something once. (A route tells of a provider that occurs twice itself.)
    private func checkRepetitions(_ items: [Item], _ owner: Owner) {
        for (place, item) in items.enumerated() {
            guard let word = item.word, items[..<place].contains(where: { $0.word == word }) else { continue }
            diagnostics.error("'\(word)' occurs twice in \(owner.label)", at: item.place, remedy: "remove it here")
        }
    }

    private func tuple(_ tree: Tree, _ kinds: [Kind], _ kind: Kind, _ owner: Owner) -> Item {
        guard case .list(let trees) = tree.content, trees.count == kinds.count else {
            return mismatch(tree, kind, owner)
        }
        let items = zip(trees, kinds).map { check($0, as: $1, of: Owner(label: owner.label, place: $0.place)) }
        return Item(value: .list(items), place: tree.place, text: "")
    }

    /// A text, or a map of one entry that YAML made of a text with a colon.
    private func expectation(_ tree: Tree, _ owner: Owner) -> Item {
        switch tree.content {
        case .scalar(let text):
            return Item(value: .word(text), place: tree.place, text: text)
        case .map(let entries) where entries.count == 1 && entries[0].value.scalar != nil:
            let text = "\(entries[0].key): \(entries[0].value.scalar ?? "")"
            return Item(value: .word(text), place: entries[0].place, text: text)
        default:
            return mismatch(tree, .expectation, owner)
        }
    }
}

extension Tree {
    /// The tree of a default in a table of keys: a scalar, `{}` or `[]`.
    static func defaultValue(_ text: String, at place: Place) -> Tree {
        switch text {
        case "{}": Tree(.map([]), at: place)
        case "[]": Tree(.list([]), at: place)
        default: Tree(.scalar(text), at: place)
        }
    }
}
