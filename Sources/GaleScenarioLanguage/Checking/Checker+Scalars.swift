// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import GaleRandomness

extension Checker {
    func scalar(_ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        guard let text = tree.scalar else { return mismatch(tree, kind, owner) }
        switch kind {
        case .text: return text.utf8.count > 4_096 ? tooLong(tree, owner) : word(text, tree)
        case .boolean: return boolean(text, tree, kind, owner)
        case .choice(let words): return choice(text, words, tree, kind, owner)
        case .reference(let entity): return reference(text, entity, tree, owner)
        case .distribution(let unit): return distribution(text, unit, tree, owner)
        case .answer: return answer(text, tree, kind, owner)
        case .timeOfDay: return clock(text, tree, kind, owner, ClockText.minute(text) != nil)
        case .dateAndTime: return clock(text, tree, kind, owner, ClockText.second(text) != nil)
        case .skew: return skew(text, tree, kind, owner)
        case .decimal(let range): return decimal(text, range, tree, kind, owner)
        default: return quantity(text, tree, kind, owner)
        }
    }

    private func word(_ text: String, _ tree: Tree) -> Item { Item(value: .word(text), place: tree.place, text: text) }

    private func tooLong(_ tree: Tree, _ owner: Owner) -> Item {
        diagnostics.error("\(owner.label) is longer than 4096 bytes", at: tree.place)
        return .wrong(at: tree.place)
    }

    private func boolean(_ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        guard let flag = ["true": true, "false": false][text] else { return mismatch(tree, kind, owner) }
        return Item(value: .boolean(flag), place: tree.place, text: text)
    }

    private func choice(_ text: String, _ words: [String], _ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        if words.contains(text) { return word(text, tree) }
        diagnostics.error(
            "\(owner.label): found '\(text.shortened)', expected \(kind.expected)", at: tree.place,
            suggestion: NearestName.of(text, among: words))
        return .wrong(at: tree.place)
    }

    private func reference(_ text: String, _ entity: Entity, _ tree: Tree, _ owner: Owner) -> Item {
        let declared = names[entity] ?? []
        if declared.contains(text) { return word(text, tree) }
        diagnostics.unknown(
            entity.rawValue, text, among: declared, in: owner.label, at: tree.place,
            remedy: declared.isEmpty ? "declare it under `\(entity.section):`" : nil)
        return .wrong(at: tree.place)
    }

    private func distribution(_ text: String, _ unit: DistributionText.Unit, _ tree: Tree, _ owner: Owner) -> Item {
        var digest: String?
        do throws(DistributionText.Mistake) {
            let specification = try DistributionText.read(text, unit: unit) { name throws(DistributionText.Mistake) in
                let values = try EmpiricalFile.read(name, unit: unit, from: tree.place.source, files: files)
                digest = EmpiricalFile.digest(values)
                return values
            }
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            // The content of the file belongs to the scenario, so its digest stands in the normal form (as YAML's
            // comment).
            return Item(
                value: .distribution(specification), place: tree.place, text: digest.map { "\(words) # \($0)" } ?? words
            )
        } catch {
            diagnostics.error(
                "\(owner.label): \(error.message)", at: tree.place.within(error.offset), suggestion: error.suggestion,
                remedy: error.remedy)
            return .wrong(at: tree.place)
        }
    }

    private func answer(_ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        let words = text.split(separator: " ")
        guard let first = words.first, let status = UInt16(first), (200..<600).contains(status), words.count <= 2 else {
            return mismatch(tree, kind, owner)
        }
        let reason = words.count == 2 ? String(words[1]) : ""
        return Item(
            value: .answer(status: status, reason: reason), place: tree.place, text: words.joined(separator: " "))
    }

    private func skew(_ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        if text == "none" { return Item(value: .decimal(0), place: tree.place, text: text) }
        let words = text.split(separator: " ")
        guard words.count == 2, words[0] == "zipf", let exponent = try? Quantity.number(String(words[1])),
            exponent <= 10
        else {
            diagnostics.error(
                "\(owner.label): found \(tree.kindName), expected \(kind.expected)", at: tree.place,
                suggestion: Self.exponent(in: text).map { "zipf \($0)" })
            return .wrong(at: tree.place)
        }
        return Item(value: .decimal(exponent), place: tree.place, text: words.joined(separator: " "))
    }

    /// The number that was probably meant, of `1.1`, `zipf(1.1)` or `Zipf: 1.1`.
    private static func exponent(in text: String) -> String? {
        let scalars = text.unicodeScalars
        let number = scalars.drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) || $0 == "." }
        let written = String(String.UnicodeScalarView(number))
        guard scalars.first != "-", let exponent = try? Quantity.number(written), exponent <= 10 else { return nil }
        return written
    }

    private func clock(_ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner, _ isRead: Bool) -> Item {
        if isRead { return word(text, tree) }
        let isDate = if case .dateAndTime = kind { true } else { false }
        diagnostics.error(
            "\(owner.label): '\(text.shortened)' is no \(isDate ? "date and time" : "time of the day"); expected "
                + kind.expected, at: tree.place,
            suggestion: isDate ? ClockText.repairedDate(text) : ClockText.repairedMinute(text))
        return .wrong(at: tree.place)
    }

    private func decimal(
        _ text: String, _ range: ClosedRange<Double>, _ tree: Tree, _ kind: Kind, _ owner: Owner
    ) -> Item {
        do throws(Quantity.Problem) {
            let number = try Quantity.number(text)
            if !range.contains(number) {
                diagnostics.error(
                    "\(owner.label): \(text) is outside of \(range.lowerBound) to \(range.upperBound)", at: tree.place)
                return .wrong(at: tree.place)
            }
            return Item(value: .decimal(number), place: tree.place, text: text)
        } catch {
            return unreadable(error, text, tree, kind, owner)
        }
    }

    private func quantity(_ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner) -> Item {
        do throws(Quantity.Problem) {
            let (value, range, normal) = try Self.read(text, kind)
            if !range.contains(value) {
                outside(text, kind, range, tree, owner)
                return .wrong(at: tree.place)
            }
            return Item(value: .integer(value), place: tree.place, text: normal(value))
        } catch {
            return unreadable(error, text, tree, kind, owner)
        }
    }

    private static func read(
        _ text: String, _ kind: Kind
    ) throws(Quantity.Problem) -> (Int64, ClosedRange<Int64>, (Int64) -> String) {
        switch kind {
        case .integer(let range): return (try Quantity.count(text), range, QuantityText.count)
        case .duration(let range): return (try Quantity.duration(text), range, QuantityText.duration)
        case .rate(let range): return (try Quantity.rate(text), range, QuantityText.rate)
        case .share(let range): return (try Quantity.share(text), range, QuantityText.share)
        case .factor(let range): return (try Quantity.factor(text), range, QuantityText.factor)
        case .size(let range): return (try Quantity.size(text), range, QuantityText.size)
        default: preconditionFailure("not a quantity")
        }
    }

    private func outside(_ text: String, _ kind: Kind, _ range: ClosedRange<Int64>, _ tree: Tree, _ owner: Owner) {
        let written: (Int64) -> String
        switch kind {
        case .duration: written = QuantityText.duration
        case .rate: written = QuantityText.rate
        case .share: written = QuantityText.share
        case .factor: written = QuantityText.factor
        case .size: written = QuantityText.size
        default: written = QuantityText.count
        }
        let value = (try? Self.read(text, kind).0) ?? 0
        let bound =
            value < range.lowerBound ? "at least \(written(range.lowerBound))" : "at most \(written(range.upperBound))"
        diagnostics.error("\(owner.label): \(text.shortened) is impossible; expected \(bound)", at: tree.place)
    }

    private func unreadable(
        _ problem: Quantity.Problem, _ text: String, _ tree: Tree, _ kind: Kind, _ owner: Owner
    ) -> Item {
        let words = QuantityMessage.text(problem, found: text, kind: kind)
        diagnostics.error("\(owner.label): \(words.message)", at: tree.place, suggestion: words.suggestion)
        return .wrong(at: tree.place)
    }
}

extension Place {
    /// The place of a character inside a scalar that begins here; a quote is skipped.
    func within(_ offset: Int) -> Place {
        let scalars = source.line(line).unicodeScalars
        let quoted = scalars.dropFirst(column - 1).first.map { $0 == "\"" || $0 == "'" } ?? false
        let moved = column + offset + (quoted ? 1 : 0)
        return moved <= scalars.count + 1 ? Place(source: source, line: line, column: moved) : self
    }
}
