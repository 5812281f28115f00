// SPDX-License-Identifier: Apache-2.0

extension Taxonomy {
    /// Codes: Apple, "Handling notification responses from APNs", response table. Apple publishes no column that says what to
    /// retry; that is the consensus of client libraries (a2, pushy, apns2, mattermost-push-proxy) unless a line says otherwise.
    static let apns: [TaxonomyLine] = [
        // Apple's table, 400: our own mistake, the same the next time.
        TaxonomyLine(400, "BadCollapseId", .permanent),  // Apple's table
        // Apple's table. Also what a token of the other environment gets, so that it alone must not remove a token.
        TaxonomyLine(400, "BadDeviceToken", .permanent),
        TaxonomyLine(400, "BadExpirationDate", .permanent),  // Apple's table
        TaxonomyLine(400, "BadMessageId", .permanent),  // Apple's table
        TaxonomyLine(400, "BadPriority", .permanent),  // Apple's table
        TaxonomyLine(400, "BadTopic", .permanent),  // Apple's table
        TaxonomyLine(400, "DeviceTokenNotForTopic", .permanent),  // Apple's table; as BadDeviceToken
        TaxonomyLine(400, "DuplicateHeaders", .permanent),  // Apple's table
        // Apple's table: the connection was idle for too long; the request was not taken.
        TaxonomyLine(400, "IdleTimeout", Verdict(.retryNewConnection)),
        TaxonomyLine(400, "InvalidPushType", .permanent),  // Apple's table, newer entry, from memory
        TaxonomyLine(400, "MissingDeviceToken", .permanent),  // Apple's table
        TaxonomyLine(400, "MissingTopic", .permanent),  // Apple's table
        TaxonomyLine(400, "PayloadEmpty", .permanent),  // Apple's table
        TaxonomyLine(400, "TopicDisallowed", .permanent),  // Apple's table
        // Apple's table, 403: every request with these credentials is refused.
        TaxonomyLine(403, "BadCertificate", .stopSender),  // Apple's table
        TaxonomyLine(403, "BadCertificateEnvironment", .stopSender),  // Apple's table
        TaxonomyLine(403, "BadEnvironmentKeyIdInToken", .stopSender),  // Apple's table, newer entry, from memory
        TaxonomyLine(403, "BadEnvironmentKeyInToken", .stopSender),  // the same, as public source code saw it live
        // Apple, "Establishing a token-based connection": a token older than one hour; the transport makes a new one.
        TaxonomyLine(403, "ExpiredProviderToken", Verdict(.retryHere, countsAgainstProvider: true)),
        TaxonomyLine(403, "Forbidden", .stopSender),  // Apple's table
        TaxonomyLine(403, "InvalidProviderToken", .stopSender),  // Apple's table
        TaxonomyLine(403, "MissingProviderToken", .stopSender),  // Apple's table
        TaxonomyLine(403, "UnrelatedKeyIdInToken", .stopSender),  // Apple's table, newer entry, from memory
        TaxonomyLine(404, "BadPath", .permanent),  // Apple's table
        TaxonomyLine(405, "MethodNotAllowed", .permanent),  // Apple's table
        TaxonomyLine(410, "ExpiredToken", .suppressRecipient),  // Apple's table, newer entry, from memory
        TaxonomyLine(410, "Unregistered", .suppressRecipient),  // Apple's table: inactive for the topic
        TaxonomyLine(413, "PayloadTooLarge", .permanent),  // Apple's table: over 4,096 bytes, VoIP 5,120
        // Apple's table: a new provider token more than about once in 20 minutes; the old one stays good.
        TaxonomyLine(429, "TooManyProviderTokenUpdates", .retryHere),
        // Apple's table: too many requests to the same device token. Says nothing about the account.
        TaxonomyLine(429, "TooManyRequests", .retryHere),
        TaxonomyLine(500, "InternalServerError", .failOver),  // Apple's table
        TaxonomyLine(503, "ServiceUnavailable", .failOver),  // Apple's table
        // Apple's table: this server is going away, others serve.
        TaxonomyLine(503, "Shutdown", Verdict(.retryNewConnection, countsAgainstProvider: true)),
    ]

    static func apns(status: UInt16) -> Verdict {
        switch status {
        case 429: .retryHere  // Apple's table: both reasons for 429 concern a token, not the account
        default: http(status: status)
        }
    }
}
