// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives

extension Input {
    /// As a line of a log has it.
    var logged: String {
        switch self {
        case .consumed(let notification):
            var fields = LogFieldWriter("consumed")
            notification.log(to: &fields)
            return fields.text
        case .responded(let attempt, let response):
            var fields = LogFieldWriter("responded")
            fields.add("attempt", attempt.rawValue)
            fields.add("status", response.status)
            fields.add("reason", word: Self.word(response.reason))
            fields.add("retry-after", response.retryAfter?.nanoseconds)
            fields.add("invalid-since", response.invalidSince?.nanoseconds)
            return fields.text
        case .lookedUp(let lookup, let answer):
            var fields = LogFieldWriter("looked-up")
            fields.add("lookup", lookup.rawValue)
            switch answer {
            case .absent: fields.add("answer", word: "absent")
            case .failed: fields.add("answer", word: "failed")
            case .value(let value): fields.add("answer", value)
            }
            return fields.text
        case .consentChanged(let recipient, let channel, let isGranted):
            var fields = LogFieldWriter("consent-changed")
            fields.add("recipient", recipient)
            fields.add("channel", word: channel?.name ?? "-")
            fields.add("granted", isGranted)
            return fields.text
        case .granted(let chain): return "granted chain=\(chain.rawValue)"
        case .woken(let timer): return "woken timer=\(timer.rawValue)"
        }
    }

    init(_ fields: inout LogFieldReader) throws(LogError) {
        let word = fields.word()
        switch word {
        case "consumed": self = .consumed(try Notification(&fields))
        case "responded":
            let attempt = AttemptID(rawValue: try fields.integer("attempt"))
            var response = ProviderResponse(status: try fields.integer("status"))
            response.reason = try Self.reason(&fields)
            response.retryAfter = try Self.span(&fields, "retry-after").map(Interval.init(nanoseconds:))
            response.invalidSince = try Self.span(&fields, "invalid-since").map(Instant.init(nanoseconds:))
            self = .responded(attempt, response)
        case "looked-up":
            let lookup = LookupID(rawValue: try fields.integer("lookup"))
            var ahead = fields
            switch try ahead.text("answer") {
            case "absent": (self, fields) = (.lookedUp(lookup, .absent), ahead)
            case "failed": (self, fields) = (.lookedUp(lookup, .failed), ahead)
            default: self = .lookedUp(lookup, .value(try fields.integer("answer")))
            }
        case "consent-changed":
            let recipient: UInt64 = try fields.integer("recipient")
            let channel = try fields.choice("channel", [nil] + Channel.allCases) { $0?.name ?? "-" }
            self = .consentChanged(recipient: recipient, channel: channel, isGranted: try fields.flag("granted"))
        case "granted": self = .granted(ChainID(rawValue: try fields.integer("chain")))
        case "woken": self = .woken(TimerID(rawValue: try fields.integer("timer")))
        default: throw fields.error("'\(word)' is no input")
        }
    }

    private static func reason(_ fields: inout LogFieldReader) throws(LogError) -> Reason {
        // A number belongs to a build and a text to its dialect: the log has APNs' words, and the transport's.
        let transport: [Reason] = [.none, .timedOut, .connectionFailed, .connectionReset, .unknown]
        return try fields.choice("reason", transport + Reason.all(.apns), word)
    }

    /// A reason as one word.
    private static func word(_ reason: Reason) -> String {
        reason == .none ? "-" : String(reason.text.map { $0 == " " ? "-" : $0 })
    }

    private static func span(_ fields: inout LogFieldReader, _ name: String) throws(LogError) -> Int64? {
        try fields.optional(name, in: -LogLimits.nanoseconds...LogLimits.nanoseconds)
    }
}

extension Notification {
    fileprivate func log(to fields: inout LogFieldWriter) {
        fields.add("reference", reference)
        fields.add("key", key)
        fields.add("recipient", recipient)
        fields.add("tenant", tenant)
        fields.add("channel", word: channel.name)
        fields.add("platform", word: platform.name)
        fields.add("previous-attempts", previousAttempts)
        fields.add("created", created)
        fields.add("expires", expires)
        fields.add("priority", word: priority.name)
        fields.add("deliveries", deliveries)
        fields.add("zone", zone == .unknown ? nil : zone.rawValue)
        fields.add("collapse-key", collapseKey)
        fields.add("registered", registered == Instant(nanoseconds: .min) ? nil : registered.nanoseconds)
    }

    fileprivate init(_ fields: inout LogFieldReader) throws(LogError) {
        self.init(
            reference: try fields.integer("reference"), key: try fields.integer("key"),
            recipient: try fields.integer("recipient"), tenant: try fields.integer("tenant"),
            channel: try fields.choice("channel", Channel.allCases, \.name),
            platform: try fields.choice("platform", Platform.allCases, \.name),
            previousAttempts: try fields.integer("previous-attempts"), created: try fields.instant("created"),
            expires: try fields.instant("expires"))
        priority = try fields.choice("priority", Priority.allCases, \.name)
        deliveries = try fields.integer("deliveries", in: 1...UInt8.max)
        let last = UInt16(clamping: TimeZoneTable.iana.count - 1)
        zone = try fields.optional("zone", in: 0...last).map(TimeZoneIndex.init(rawValue:)) ?? .unknown
        collapseKey = try fields.integer("collapse-key")
        let registered = try fields.optional("registered", in: -LogLimits.nanoseconds...LogLimits.nanoseconds)
        self.registered = Instant(nanoseconds: registered ?? .min)
    }
}
