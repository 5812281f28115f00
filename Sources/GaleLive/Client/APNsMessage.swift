// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives
import NIOCore
import NIOHPACK

/// How a notification looks on APNs' wire (Apple, "Sending notification requests to APNs" and "Handling notification responses
/// from APNs").
package enum APNsMessage {
    /// Apple's limit for a payload, bytes.
    static let payloadBytes = 4096
    /// A longer answer is not read on.
    static let answerBytes = 4096

    /// A device token for a recipient's number: APNs' are opaque, mostly 64 hexadecimal digits.
    static func token(of recipient: UInt64) -> String {
        String(repeating: "0", count: 48) + hexadecimal(recipient, digits: 16)
    }

    static func recipient(ofToken token: Substring) -> UInt64? {
        guard token.utf8.count == 64, token.utf8.prefix(48).allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        return hexadecimal(token.suffix(16))
    }

    /// An idempotency key as `apns-id`: a UUID of version 8 (RFC 9562), whose bits are the sender's own.
    static func identifier(of key: UInt64) -> String {
        let digits = hexadecimal(key, digits: 16)
        let parts = [digits.prefix(8), digits.dropFirst(8).prefix(4)]
        return "\(parts[0])-\(parts[1])-8\(digits.dropFirst(12).prefix(3))-8\(digits.suffix(1))00-000000000000"
    }

    static func key(ofIdentifier text: Substring) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36, bytes[8] == 45, bytes[13] == 45, bytes[18] == 45, bytes[23] == 45 else { return nil }
        let digits = bytes[0..<8] + bytes[9..<13] + bytes[15..<18] + bytes[20..<21]
        guard let key = hexadecimal(Substring(decoding: digits, as: UTF8.self)) else { return nil }
        return identifier(of: key) == text ? key : nil
    }

    /// `count` lower-case digits, of which there must be enough.
    static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    private static func hexadecimal(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") } ? UInt64(text, radix: 16) : nil
    }

    // MARK: Requests

    static func headers(_ delivery: Delivery, to configuration: APNsClient.Configuration) -> HPACKHeaders {
        let notification = delivery.notification
        var headers = HPACKHeaders()
        headers.add(name: ":method", value: "POST")
        headers.add(name: ":scheme", value: "http")
        headers.add(name: ":authority", value: configuration.authority)
        // Each token comes once or twice: it would only push out what the connection's table is good for.
        headers.add(
            name: ":path", value: "/3/device/" + token(of: notification.recipient), indexing: .nonIndexable)
        headers.add(name: "apns-topic", value: configuration.topic)
        headers.add(name: "apns-push-type", value: "alert")
        headers.add(name: "apns-id", value: identifier(of: delivery.key), indexing: .nonIndexable)
        headers.add(name: "apns-expiration", value: "\(max(0, delivery.expires))")
        headers.add(name: "apns-priority", value: notification.priority == .low ? "5" : "10")
        if notification.collapseKey != 0 {
            headers.add(
                name: "apns-collapse-id", value: hexadecimal(notification.collapseKey, digits: 16),
                indexing: .nonIndexable)
        }
        return headers
    }

    // MARK: Answers

    private struct Body: Decodable {
        var reason: String?
        var timestamp: Int64?
    }

    /// An answer in the provider's own words; nil: it has no status.
    ///
    /// - Parameter now: seconds since 1970.
    static func reply(_ headers: HPACKHeaders, _ body: ByteBuffer?, now: Int64) -> Reply? {
        guard let status = headers.first(name: ":status").flatMap(UInt16.init), status >= 200 else { return nil }
        var response = ProviderResponse(status: status)
        response.retryAfter = headers.first(name: "retry-after")
            .flatMap { interval(retryAfter: $0, date: headers.first(name: "date"), now: now) }
        guard status != 200, let body, body.readableBytes > 0 else { return Reply(response) }
        guard let said = try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)) else {
            // A proxy's page, say: the status decides.
            response.reason = .unknown
            return Reply(response)
        }
        response.reason = said.reason.map { .named($0, in: .apns) } ?? .none
        return Reply(response, invalidSinceMilliseconds: said.timestamp)
    }

    /// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which counts from the answer's own `Date` where it has one, so that the
    /// two clocks need not agree. APNs documents none; a proxy before it may send either.
    ///
    /// - Returns: from 0 for a date that has passed to the longest time a log holds; nil for what is neither.
    package static func interval(retryAfter text: String, date: String?, now: Int64) -> Interval? {
        let most = LogLimits.nanoseconds / 1_000_000_000
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            return .seconds(min(Int64(text) ?? most, most))
        }
        guard let until = HTTPDate.seconds(text, now: now) else { return nil }
        let from = date.flatMap { HTTPDate.seconds($0, now: now) } ?? now
        return .seconds(min(max(0, until - from), most))
    }
}
