// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema (draft 2020-12) of scenarios, for editors. It is made from the tables that the checker reads.
public enum Schema {
    /// The whole schema, as `Scenarios/scenario.schema.json` has it.
    public static var text: String { SchemaWriter().schema.rendered() + "\n" }
}

/// Writes each table as a definition, once whole and once in part: a scenario that extends another may leave anything
/// out, and takes a key away by an empty value.
private struct SchemaWriter {
    var schema: JSONText {
        let tables = Self.tables(from: Tables.scenario)
        let definitions =
            tables.map { ($0.name, definition($0, whole: true)) }
            + tables.map { ($0.name + Self.part, definition($0, whole: false)) }
        return .object([
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("title", .text("Gale scenario")),
            ("if", .object([("required", .list([.text("extends")]))])),
            ("then", Self.reference(Tables.scenario.name + Self.part)),
            ("else", Self.reference(Tables.scenario.name)),
            ("$defs", .object(definitions)),
        ])
    }

    private static let part = "-part"

    private static func reference(_ name: String) -> JSONText { .object([("$ref", .text("#/$defs/\(name)"))]) }

    /// Every table that can be reached, in the order of meeting it.
    private static func tables(from root: Table) -> [Table] {
        var found: [Table] = []
        func visit(_ kind: Kind) {
            switch kind {
            case .record(let table):
                if found.contains(where: { $0.name == table.name }) { return }
                found.append(table)
                for key in table.keys { visit(key.kind) }
            case .named(_, let kind), .keyed(_, _, let kind), .keyedBy(_, let kind), .list(let kind, _): visit(kind)
            case .tuple(let kinds), .either(let kinds): kinds.forEach(visit)
            default: return
            }
        }
        visit(.record(root))
        return found
    }

    // MARK: Tables

    private func definition(_ table: Table, whole: Bool) -> JSONText {
        let profiled = table.keys.filter { if case .fromProfile = $0.presence { true } else { false } }.map(\.name)
        // A profile has the rest of a record of which the scenario gives a part.
        let wholeRecords = whole && profiled.isEmpty
        var pairs: [(String, JSONText)] = [
            ("title", .text(table.title)), ("type", .text("object")),
            (
                "properties",
                .object(table.keys.map { ($0.name, property($0, whole: whole, wholeRecords: wholeRecords)) })
            ),
            ("additionalProperties", .boolean(false)),
        ]
        if !whole { return .object(pairs) }
        let required = table.keys.filter { if case .required = $0.presence { true } else { false } }.map(\.name)
        if !required.isEmpty { pairs.append(("required", Self.names(required))) }
        var rules = table.exactlyOneOf.map { group in
            JSONText.object([("oneOf", .list(group.map { .object([("required", Self.names([$0]))]) }))])
        }
        rules += table.notTogether.map { .object([("not", .object([("required", Self.names($0))]))]) }
        if !profiled.isEmpty {
            rules.append(
                .object([
                    (
                        "anyOf",
                        .list([
                            .object([("required", Self.names(["profile"]))]),
                            .object([("required", Self.names(profiled))]),
                        ])
                    )
                ]))
        }
        if !rules.isEmpty { pairs.append(("allOf", .list(rules))) }
        return .object(pairs)
    }

    private static func names(_ names: [String]) -> JSONText { .list(names.map { .text($0) }) }

    private func property(_ key: Key, whole: Bool, wholeRecords: Bool) -> JSONText {
        var pairs: [(String, JSONText)] = [("description", .text(key.about))]
        if case .defaults(let text) = key.presence, text != "{}", text != "[]", !text.isEmpty {
            pairs.append(("default", .text(text)))
        }
        let own = kind(key.kind, whole: wholeRecords)
        if whole {
            pairs += own
        } else {
            pairs.append(("anyOf", .list([.object(own), .object([("type", .text("null"))])])))
        }
        return .object(pairs)
    }

    // MARK: Kinds

    private func kind(_ kind: Kind, whole: Bool) -> [(String, JSONText)] {
        func nested(_ inner: Kind) -> JSONText { .object(self.kind(inner, whole: whole)) }
        switch kind {
        case .record(let table): return [("$ref", .text("#/$defs/\(table.name)\(whole ? "" : Self.part)"))]
        case .named(_, let inner), .keyedBy(_, let inner):
            return [
                ("type", .text("object")), ("propertyNames", .object([("pattern", .text(Self.name))])),
                ("additionalProperties", whole ? nested(inner) : Self.orNull(nested(inner))),
            ]
        case .keyed(let keys, _, let inner) where keys.count > Kind.manyNames:
            return [("type", .text("object")), ("additionalProperties", nested(inner))]
        case .keyed(let keys, _, let inner):
            return [
                ("type", .text("object")), ("properties", .object(keys.map { ($0, nested(inner)) })),
                ("additionalProperties", .boolean(false)),
            ]
        case .list(let inner, let atLeast):
            var pairs: [(String, JSONText)] = [("type", .text("array")), ("items", nested(inner))]
            if atLeast > 0 { pairs.append(("minItems", .integer(Int64(atLeast)))) }
            if inner.isDistinct { pairs.append(("uniqueItems", .boolean(true))) }
            return pairs
        case .tuple(let kinds):
            return [
                ("type", .text("array")), ("prefixItems", .list(kinds.map(nested))),
                ("minItems", .integer(Int64(kinds.count))), ("maxItems", .integer(Int64(kinds.count))),
            ]
        case .either(let kinds): return [("anyOf", .list(kinds.map(nested)))]
        case .assignments: return [("type", .text("object"))]
        case .exploration: return Self.exploration
        case .expectation:
            return [
                (
                    "anyOf",
                    .list([
                        .object([("type", .text("string"))]),
                        .object([
                            ("type", .text("object")), ("minProperties", .integer(1)), ("maxProperties", .integer(1)),
                            ("propertyNames", .object([("pattern", .text("^within "))])),
                            ("additionalProperties", .object([("type", .text("string"))])),
                        ]),
                    ])
                )
            ]
        default: return Self.scalar(kind)
        }
    }

    private static func orNull(_ schema: JSONText) -> JSONText {
        .object([("anyOf", .list([schema, .object([("type", .text("null"))])]))])
    }

    private static var exploration: [(String, JSONText)] {
        [
            ("type", .text("object")),
            (
                "properties",
                .object(
                    Exploration.settings.map { setting in
                        (setting.name, .object([("description", .text(setting.about))]))
                    })
            ),
            ("patternProperties", .object([("\\.", .object([("description", .text(Exploration.aboutPaths))]))])),
            ("additionalProperties", .boolean(false)),
        ]
    }

    private static let name = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"
    private static let number = "[0-9]+(\\.[0-9]+)?"

    private static func pattern(_ pattern: String) -> [(String, JSONText)] {
        [("type", .text("string")), ("pattern", .text("^\(pattern)$"))]
    }

    private static func any(_ alternatives: [[(String, JSONText)]]) -> [(String, JSONText)] {
        [("anyOf", .list(alternatives.map { .object($0) }))]
    }

    private static func scalar(_ kind: Kind) -> [(String, JSONText)] {
        switch kind {
        case .boolean: return [("type", .text("boolean"))]
        case .integer(let range):
            let bounds = [("minimum", JSONText.integer(range.lowerBound)), ("maximum", .integer(range.upperBound))]
            return any([[("type", .text("integer"))] + bounds, pattern("\(number) *[kMG]?")])
        case .duration: return pattern("\(number) *(\(Quantity.durationUnits.map(\.name).joined(separator: "|")))")
        case .rate: return pattern("\(number) *[kMG]?/(s|min|h)")
        case .share: return pattern("\(number) *%")
        case .factor: return any([[("type", .text("number")), ("minimum", .integer(0))], pattern("\(number) *x?")])
        case .size: return pattern("\(number) *(\(Quantity.sizeUnits.map(\.name).joined(separator: "|")))")
        case .decimal(let range):
            return [
                ("type", .text("number")), ("minimum", .number("\(range.lowerBound)")),
                ("maximum", .number("\(range.upperBound)")),
            ]
        case .choice(let words) where words.count > Kind.manyNames: return [("type", .text("string"))]
        case .choice(let words):
            // YAML reads 0 and 1 as numbers.
            return [
                ("enum", .list(words.flatMap { word in [.text(word)] + (Int64(word).map { [.integer($0)] } ?? []) }))
            ]
        case .distribution(let unit):
            let units = (unit == .time ? Quantity.durationUnits.map(\.name) : Quantity.sizeUnits.map(\.name))
            let forms = "(\(DistributionText.names.joined(separator: "|"))) +\\S.*"
            return pattern("(\(forms)|\(number)(\(units.joined(separator: "|"))))") + [
                ("examples", .list(([unit.example] + DistributionText.forms).map { .text($0) }))
            ]
        case .answer:
            return any([
                [("type", .text("integer")), ("minimum", .integer(200)), ("maximum", .integer(599))],
                pattern("[2-5][0-9][0-9]( +\\S+)?"),
            ])
        case .timeOfDay: return pattern(ClockText.minutePattern)
        case .dateAndTime: return pattern("20[2-9][0-9]-[01][0-9]-[0-3][0-9]T\(ClockText.minutePattern)(:[0-5][0-9])?Z")
        case .skew: return pattern("(none|zipf +\(number))")
        case .reference: return [("type", .text("string")), ("pattern", .text(name))]
        default: return [("type", .text("string"))]
        }
    }
}
