// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

extension Action {
    /// As a line of a log has it.
    var logged: String {
        switch self {
        case .send(let attempt, let chain, let reference, let key, let timeout, let provider, let channel):
            var fields = Self.writer("send", reference)
            fields.add("attempt", attempt.rawValue)
            fields.add("chain", chain.rawValue)
            fields.add("key", key)
            fields.add("timeout", timeout)
            fields.add("provider", provider.rawValue)
            fields.add("channel", word: channel.name)
            return fields.text
        case .lookUp(let lookup, let reference, let read):
            var fields = Self.writer("look-up", reference)
            fields.add("lookup", lookup.rawValue)
            fields.add("kind", word: read.kind.name)
            fields.add("key", read.key)
            fields.add("timeout", read.timeout)
            fields.add("adding", read.adding)
            fields.add("lifetime", read.lifetime)
            return fields.text
        case .write(let reference, let write):
            var fields = Self.writer("write", reference)
            fields.add("kind", word: write.kind.name)
            fields.add("key", write.key)
            write.change.log(to: &fields)
            fields.add("lifetime", write.lifetime)
            return fields.text
        case .wake(let timer, let at): return "wake timer=\(timer.rawValue) at=\(at.nanoseconds)"
        case .release(let chain, let reference, let reason): return Self.waits("release", chain, reference, reason)
        case .hold(let chain, let reference, let reason): return Self.waits("hold", chain, reference, reason)
        case .acquire(let chain, let reference): return "acquire reference=\(reference) chain=\(chain.rawValue)"
        case .requeue(let reference, let at, let attempts, let level, let reason):
            var fields = Self.writer("requeue", reference)
            fields.add("at", at)
            fields.add("attempts", attempts)
            fields.add("level", level.rawValue)
            fields.add("until", word: "\(reason)")
            return fields.text
        case .cancel(let attempt, let reference): return "cancel reference=\(reference) attempt=\(attempt.rawValue)"
        case .settle(let reference, let outcome): return "settle reference=\(reference) outcome=\(outcome)"
        }
    }

    private static func writer(_ word: String, _ reference: UInt64) -> LogFieldWriter {
        var fields = LogFieldWriter(word)
        fields.add("reference", reference)
        return fields
    }

    private static func waits(_ word: String, _ chain: ChainID, _ reference: UInt64, _ reason: WaitReason) -> String {
        "\(word) reference=\(reference) chain=\(chain.rawValue) until=\(reason)"
    }

    init(_ fields: inout LogFieldReader) throws(LogError) {
        let word = fields.word()
        if word == "wake" {
            self = .wake(
                TimerID(rawValue: try fields.integer("timer")), at: Instant(nanoseconds: try fields.integer("at")))
            return
        }
        let reference: UInt64 = try fields.integer("reference")
        switch word {
        case "send": self = try Self.send(reference, &fields)
        case "look-up":
            let lookup = LookupID(rawValue: try fields.integer("lookup"))
            var read = StateRead(
                kind: try fields.choice("kind", StateKind.allCases, \.name), key: try fields.integer("key"),
                timeout: Interval(nanoseconds: try fields.integer("timeout")))
            read.adding = try fields.integer("adding")
            read.lifetime = Interval(nanoseconds: try fields.integer("lifetime"))
            self = .lookUp(lookup, reference: reference, read)
        case "write":
            let kind = try fields.choice("kind", StateKind.allCases, \.name)
            let key: UInt64 = try fields.integer("key")
            let change = try StateChange(&fields)
            let lifetime = Interval(nanoseconds: try fields.integer("lifetime"))
            self = .write(reference: reference, StateWrite(kind: kind, key: key, change, lifetime: lifetime))
        case "release":
            self = .release(try Self.chain(&fields), reference: reference, until: try Self.reason(&fields))
        case "hold": self = .hold(try Self.chain(&fields), reference: reference, until: try Self.reason(&fields))
        case "acquire": self = .acquire(try Self.chain(&fields), reference: reference)
        case "requeue":
            self = .requeue(
                reference: reference, at: Instant(nanoseconds: try fields.integer("at")),
                attempts: try fields.integer("attempts"), level: RetryLevel(rawValue: try fields.integer("level")),
                reason: try Self.reason(&fields))
        case "cancel": self = .cancel(AttemptID(rawValue: try fields.integer("attempt")), reference: reference)
        case "settle":
            self = .settle(reference: reference, try fields.choice("outcome", Outcome.allCases) { "\($0)" })
        default: throw fields.error("'\(word)' is no action")
        }
    }

    private static func send(_ reference: UInt64, _ fields: inout LogFieldReader) throws(LogError) -> Action {
        .send(
            AttemptID(rawValue: try fields.integer("attempt")), try chain(&fields), reference: reference,
            key: try fields.integer("key"), timeout: Interval(nanoseconds: try fields.integer("timeout")),
            provider: ProviderIndex(rawValue: try fields.integer("provider")),
            channel: try fields.choice("channel", Channel.allCases, \.name))
    }

    private static func chain(_ fields: inout LogFieldReader) throws(LogError) -> ChainID {
        ChainID(rawValue: try fields.integer("chain"))
    }

    private static func reason(_ fields: inout LogFieldReader) throws(LogError) -> WaitReason {
        try fields.choice("until", (0...UInt8.max).compactMap(WaitReason.init)) { "\($0)" }
    }
}

extension StateChange {
    fileprivate func log(to fields: inout LogFieldWriter) {
        switch self {
        case .set(let value): fields.add("set", value)
        case .raise(let value): fields.add("raise", value)
        case .add(let value): fields.add("add", value)
        case .remove: fields.add("remove", 0)
        }
    }

    fileprivate init(_ fields: inout LogFieldReader) throws(LogError) {
        var ahead = fields
        let name = ahead.word().prefix { $0 != "=" }
        switch name {
        case "set": self = .set(try fields.integer("set"))
        case "raise": self = .raise(try fields.integer("raise"))
        case "add": self = .add(try fields.integer("add"))
        case "remove":
            _ = try fields.integer("remove", in: 0...0)
            self = .remove
        default: throw fields.error("'\(name)' is no change; expected set, raise, add or remove")
        }
    }
}
