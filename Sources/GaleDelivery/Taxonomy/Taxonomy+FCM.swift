// SPDX-License-Identifier: Apache-2.0

extension Taxonomy {
    /// Codes: Firebase, "ErrorCode" of the FCM HTTP v1 reference (the `errorCode` of `FcmError`).
    static let fcm: [TaxonomyLine] = [
        // ErrorCode reference: 500; retry with exponential backoff.
        TaxonomyLine(500, "INTERNAL", .failOver),
        // ErrorCode reference: 400; bad token, over 4,096 bytes, or a time to live out of range.
        TaxonomyLine(400, "INVALID_ARGUMENT", .permanent),
        // ErrorCode reference: 429 for the project, a device or a topic; pushiko's notes: Retry-After, otherwise 60 s.
        TaxonomyLine(
            429, "QUOTA_EXCEEDED", Verdict(.throttled, countsAgainstProvider: true, defaultRetryAfterSeconds: 60)),
        // ErrorCode reference: 403; the token belongs to another sender.
        TaxonomyLine(403, "SENDER_ID_MISMATCH", .permanent),
        // ErrorCode reference: 401; the APNs certificate or Web Push key held by FCM is bad. Android is not concerned, so
        // that it must not stop the whole project.
        TaxonomyLine(401, "THIRD_PARTY_AUTH_ERROR", .permanent),
        // ErrorCode reference: 503; Retry-After, otherwise exponential backoff.
        TaxonomyLine(503, "UNAVAILABLE", .failOver),
        // ErrorCode reference: 404; the app was removed or the token has changed.
        TaxonomyLine(404, "UNREGISTERED", .suppressRecipient),
    ]

    static func fcm(status: UInt16) -> Verdict {
        switch status {
        // ErrorCode reference: 429 is QUOTA_EXCEEDED, also when the body's details are missing.
        case 429: Verdict(.throttled, countsAgainstProvider: true, defaultRetryAfterSeconds: 60)
        default: http(status: status)
        }
    }
}
