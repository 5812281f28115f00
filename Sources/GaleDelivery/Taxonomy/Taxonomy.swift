// SPDX-License-Identifier: Apache-2.0

/// Turns providers' own words into what to do next.
///
/// A known reason decides; without one, or with one that the table doesn't know, the status decides. Each dialect has a
/// table of its own (`Taxonomy+APNs.swift` and so on), in which every line names its source.
public enum Taxonomy {
    /// The reasons that a dialect knows.
    public static func lines(_ dialect: ProviderDialect) -> [TaxonomyLine] {
        switch dialect {
        case .apns: apns
        case .fcm: fcm
        case .sms: sms
        case .smtp: smtp
        case .gateway: gateway
        }
    }

    /// What a response means.
    ///
    /// - Complexity: O(1), without allocation.
    @inline(__always)
    public static func classify(_ dialect: ProviderDialect, _ response: ProviderResponse) -> Verdict {
        compiled.verdict(dialect, response)
    }

    /// Whether every dialect reads a response as a success: for an answer of which it isn't known who gave it.
    static func isSuccess(_ response: ProviderResponse) -> Bool {
        ProviderDialect.allCases.allSatisfy { classify($0, response).errorClass == .ok }
    }

    /// What a status means when no reason is known: a dialect's own statuses first, then HTTP's or SMTP's classes.
    static func classify(_ dialect: ProviderDialect, status: UInt16) -> Verdict {
        switch dialect {
        case .apns: apns(status: status)
        case .fcm: fcm(status: status)
        case .sms: sms(status: status)
        case .smtp: smtp(status: status)
        case .gateway: http(status: status)
        }
    }

    /// Status classes of HTTP (RFC 9110 section 15), as far as no provider says otherwise.
    static func http(status: UInt16) -> Verdict {
        switch status {
        case 0: .failOverUnsure  // the transport failed, and no reason says how
        case 200...299: .ok
        case 401, 403: .stopSender  // RFC 9110 15.5.2, 15.5.4: credentials missing or refused
        case 408: .failOverUnsure  // RFC 9110 15.5.9: request time-out
        case 410: .suppressRecipient  // RFC 9110 15.5.11: gone, likely for good
        case 425: .failOver  // RFC 8470: too early
        case 429: .throttled  // RFC 6585 section 4
        case 501, 505: .permanent  // RFC 9110 15.6.2, 15.6.6: it will not be able to tomorrow either
        case 502, 504: .failOverUnsure  // RFC 9110 15.6.3, 15.6.5: a gateway doesn't know what became of it
        case 500...599: .failOver
        default: .permanent
        }
    }

    /// What the transport reports in a provider's stead; the texts are ours.
    static let transport: [TaxonomyLine] = [
        TaxonomyLine(0, "", .ok),  // Reason.none: never looked up, the status decides
        TaxonomyLine(0, "timed out", .failOverUnsure),
        TaxonomyLine(0, "connection failed", .failOver),
        TaxonomyLine(0, "connection reset", .failOverUnsure),
        TaxonomyLine(0, "unknown", .ok),  // Reason.unknown: never looked up, the status decides
    ]

    static let compiled = CompiledTaxonomy()
}
