// SPDX-License-Identifier: Apache-2.0

extension Taxonomy {
    /// Codes: Twilio's error dictionary (twilio.com/docs/api/errors). Twilio warns that codes change (changelog,
    /// 2024-07-10); which of them to retry is ours where the line doesn't say otherwise.
    static let sms: [TaxonomyLine] = [
        // errors/14107: over 30 replies between two numbers within 30 s; fails for the next 30 s.
        TaxonomyLine(400, "14107", Verdict(.retryHere, defaultRetryAfterSeconds: 30)),
        // errors/20429: too many concurrent requests of the account; not taken, safe to repeat.
        TaxonomyLine(429, "20429", .throttled),
        // errors/21611: the sender's queue is full; the create call is rejected. The status is an estimate.
        TaxonomyLine(429, "21611", .throttled),
        // errors/30001: queue overflow of a messaging service; retry.
        TaxonomyLine(400, "30001", .failOver),
        TaxonomyLine(400, "30002", .stopSender),  // errors/30002: account suspended
        // errors/30003: handset switched off or out of reach; retry late.
        TaxonomyLine(400, "30003", Verdict(.retryHere, defaultRetryAfterSeconds: 60)),
        TaxonomyLine(400, "30004", .permanent),  // errors/30004: blocked
        TaxonomyLine(400, "30005", .suppressRecipient),  // errors/30005: unknown number
        TaxonomyLine(400, "30006", .suppressRecipient),  // errors/30006: landline or unreachable carrier
        TaxonomyLine(400, "30007", .permanent),  // errors/30007: filtered by the carrier
        // errors/30008: unknown error; worth one more attempt.
        TaxonomyLine(400, "30008", Verdict(.failOver, mayHaveBeenAccepted: true)),
    ]

    static func sms(status: UInt16) -> Verdict {
        switch status {
        case 410: .permanent  // a retired resource of the API, nothing about the recipient
        default: http(status: status)
        }
    }
}
