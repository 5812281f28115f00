// SPDX-License-Identifier: Apache-2.0
import GaleDelivery

extension ProviderDialect {
    /// What it answers when it takes a notification: 200, 201 (an SMS create call) or 250 (SMTP).
    public var success: ProviderResponse {
        switch self {
        case .apns, .fcm, .gateway: .ok
        case .sms: ProviderResponse(status: 201)
        case .smtp: ProviderResponse(status: 250)
        }
    }

    /// What it answers to what it can't serve, where nothing else is said: APNs `503 ServiceUnavailable`, FCM
    /// `503 UNAVAILABLE`, SMS `429 20429`, SMTP `421 4.3.2` (RFC 5321, 4.2.2: service not
    /// available; RFC 3463, 3.4: system not accepting), gateway `503 Overloaded`.
    public var overloaded: ProviderResponse {
        switch self {
        case .apns: Self.response(503, self, "ServiceUnavailable")
        case .fcm: Self.response(503, self, "UNAVAILABLE")
        case .sms: Self.response(429, self, "20429")
        case .smtp: Self.response(421, self, "4.3.2")
        case .gateway: Self.response(503, self, "Overloaded")
        }
    }

    /// What it answers when it fails by itself, where nothing else is said: APNs `500 InternalServerError`, FCM
    /// `500 INTERNAL`, `500`, SMTP `451` (RFC 5321, 4.2.2: local error in processing).
    public var failed: ProviderResponse {
        switch self {
        case .apns: Self.response(500, self, "InternalServerError")
        case .fcm: Self.response(500, self, "INTERNAL")
        case .sms, .gateway: ProviderResponse(status: 500)
        case .smtp: Self.response(451, self, "4.3.0")
        }
    }

    private static func response(_ status: UInt16, _ dialect: ProviderDialect, _ text: String) -> ProviderResponse {
        ProviderResponse(status: status, reason: .named(text, in: dialect))
    }
}
