// SPDX-License-Identifier: Apache-2.0

/// Puts the entries of `brokers`, `stores` and `providers` over the profiles that they name.
struct ProfileOverlay {
    let reader: ProfileReader

    func apply(to tree: Tree) -> Tree {
        guard case .map(var sections) = tree.content else { return tree }
        for index in sections.indices {
            guard let entity = [Entity.broker, .store, .provider].first(where: { $0.section == sections[index].key }),
                case .map(var entries) = sections[index].value.content
            else { continue }
            for entry in entries.indices { entries[entry].value = overlaid(entries[entry].value, entity) }
            sections[index].value.content = .map(entries)
        }
        return Tree(.map(sections), at: tree.place)
    }

    private func overlaid(_ tree: Tree, _ entity: Entity) -> Tree {
        guard let name = tree["profile"], let text = name.scalar,
            let (_, profile) = reader.profile(text, for: entity, at: name.place), case .map(var keys) = profile.content
        else { return tree }
        // A broker's kind decides how it is built; elsewhere it has done its duty.
        keys.removeAll { $0.key == "about" || ($0.key == "kind" && entity != .broker) || $0.value.isEmpty }
        let own = Tree(.map((tree.entries ?? []).filter { $0.key != "profile" }), at: tree.place)
        return Tree(.map(keys), at: profile.place).overlaid(with: expandingQuota(own, over: profile))
    }

    /// `quota: 4.8M/min` over a profile's quota replaces its count and window only.
    private func expandingQuota(_ tree: Tree, over profile: Tree) -> Tree {
        guard case .map(var entries) = tree.content, let index = entries.firstIndex(where: { $0.key == "quota" }),
            let text = entries[index].value.scalar, profile["quota"]?.entries != nil,
            (try? Quantity.rate(text)) != nil, let slash = text.firstIndex(of: "/")
        else { return tree }
        let place = entries[index].value.place
        func entry(_ key: String, _ text: String) -> Tree.Entry {
            Tree.Entry(key: key, place: place, value: Tree(.scalar(text), at: place))
        }
        entries[index].value.content = .map([
            entry("count", String(text[..<slash])), entry("window", "1" + text[text.index(after: slash)...]),
        ])
        return Tree(.map(entries), at: tree.place)
    }
}
