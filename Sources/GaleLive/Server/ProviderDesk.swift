// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives
import GaleProviders
import GaleRandomness
import NIOCore
import NIOHPACK

/// Turns requests into answers: Apple's checks of a request, then the provider's state machine in real time.
final class ProviderDesk {
    /// What leaves, and when.
    struct Answer {
        var headers: HPACKHeaders
        var body: ByteBuffer?
        /// Nil: at once.
        var departs: NIODeadline?
        /// The stream is reset.
        var isReset = false
    }

    private let provider: Provider
    private let configuration: LoopbackServer.Configuration
    private let eventLoop: any EventLoop
    private var clock = LiveClock()
    /// Calls so far, by key.
    private var calls: [UInt64: UInt32] = [:]
    private var timers: [Scheduled<Void>] = []
    /// The provider's slots for faults in force, of which it has 32; a scenario has at most 16 at once.
    private var freeSlots = Array(0..<32)
    var books = ServerBooks()

    init(_ configuration: LoopbackServer.Configuration, index: Int, draws: Draws, on eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        provider = Provider(profile: configuration.profile, index: index, draws: draws)
    }

    deinit { provider.deallocate() }

    /// Time begins, and with it the schedule of faults.
    func begin() {
        clock = LiveClock()
        for entry in configuration.faults {
            let start = clock.deadline(Instant.zero + entry.at)
            timers.append(
                eventLoop.assumeIsolated().scheduleTask(deadline: start) { self.begin(entry.fault, for: entry.length) })
        }
    }

    private func begin(_ fault: ProviderFault, for length: Interval) {
        guard let slot = freeSlots.popLast() else {
            preconditionFailure("more faults at once than a scenario may have")
        }
        let now = clock.next()
        provider.begin(fault, slot: slot, at: now)
        timers.append(
            eventLoop.assumeIsolated().scheduleTask(deadline: clock.deadline(now + length)) {
                self.provider.end(slot: slot, at: self.clock.next())
                self.freeSlots.append(slot)
            })
    }

    func end() {
        for timer in timers { timer.cancel() }
        timers = []
    }

    /// Nil: never.
    func answer(_ headers: HPACKHeaders, _ body: ByteBuffer) -> Answer? {
        books.requests += 1
        switch Self.read(headers, body) {
        case .failure(let refusal):
            books.answers[refusal.response.status, default: 0] += 1
            return made(refusal.response, headers)
        case .success(let (recipient, key)):
            return decide(recipient, key, headers)
        }
    }

    private func decide(_ recipient: UInt64, _ key: UInt64, _ headers: HPACKHeaders) -> Answer? {
        let ordinal = calls[key, default: 0]
        if ordinal == 0 && calls.count >= configuration.maximumNotifications {
            books.answers[503, default: 0] += 1
            return made(Refusal(503, "ServiceUnavailable").response, headers)
        }
        calls[key] = ordinal &+ 1
        let answer = provider.answer(
            ProviderRequest(recipient: recipient, key: key, attempt: ordinal), at: clock.next())
        if answer.accepted { books.accepted[key, default: 0] += 1 }
        if answer.departs == .distantFuture {
            books.silences += 1
            return nil
        }
        books.answers[answer.response.status, default: 0] += 1
        var made = made(answer.response, headers)
        made.departs = clock.deadline(answer.departs)
        made.isReset = answer.response.status == 0
        return made
    }

    private func made(_ response: ProviderResponse, _ request: HPACKHeaders) -> Answer {
        var headers = HPACKHeaders()
        headers.add(name: ":status", value: "\(response.status)")
        if let identifier = request.first(name: "apns-id") {
            headers.add(name: "apns-id", value: identifier, indexing: .nonIndexable)
        }
        if let wait = response.retryAfter, wait >= .zero {
            headers.add(name: "retry-after", value: retryAfter(wait))
        }
        if response.status == 200 { return Answer(headers: headers) }
        var body = #"{"reason":"\#(response.reason.text)""#
        if let since = response.invalidSince { body += #","timestamp":\#(clock.wall(since))"# }
        return Answer(headers: headers, body: ByteBuffer(string: body + "}"))
    }

    /// Whole seconds, or the date that they lead to, never too early.
    private func retryAfter(_ wait: Interval) -> String {
        guard configuration.datesRetryAfter else { return "\((wait.nanoseconds + 999_999_999) / 1_000_000_000)" }
        return HTTPDate.text((clock.wall(clock.next() + wait) + 999) / 1_000)
    }

    // MARK: Apple's checks

    struct Refusal: Error {
        var response: ProviderResponse

        init(_ status: UInt16, _ reason: String) {
            response = ProviderResponse(status: status, reason: .named(reason, in: .apns))
        }
    }

    /// Recipient and key of a request, or what is wrong with it (Apple, "Handling notification responses from APNs").
    private static func read(
        _ headers: HPACKHeaders, _ body: ByteBuffer
    ) -> Result<(recipient: UInt64, key: UInt64), Refusal> {
        guard headers.first(name: ":method") == "POST" else { return .failure(Refusal(405, "MethodNotAllowed")) }
        let path = headers.first(name: ":path") ?? ""
        guard path.hasPrefix("/3/device/") else { return .failure(Refusal(404, "BadPath")) }
        guard path.count > 10 else { return .failure(Refusal(400, "MissingDeviceToken")) }
        guard let recipient = APNsMessage.recipient(ofToken: path.dropFirst(10)) else {
            return .failure(Refusal(400, "BadDeviceToken"))
        }
        guard headers.first(name: "apns-topic")?.isEmpty == false else { return .failure(Refusal(400, "MissingTopic")) }
        guard let key = headers.first(name: "apns-id").flatMap({ APNsMessage.key(ofIdentifier: $0[...]) }) else {
            return .failure(Refusal(400, "BadMessageId"))
        }
        if let text = headers.first(name: "apns-priority"), !["1", "5", "10"].contains(text) {
            return .failure(Refusal(400, "BadPriority"))
        }
        if let text = headers.first(name: "apns-expiration"), UInt64(text) == nil {
            return .failure(Refusal(400, "BadExpirationDate"))
        }
        if let text = headers.first(name: "apns-collapse-id"), text.utf8.count > 64 {
            return .failure(Refusal(400, "BadCollapseId"))
        }
        if body.readableBytes == 0 { return .failure(Refusal(400, "PayloadEmpty")) }
        if body.readableBytes > APNsMessage.payloadBytes { return .failure(Refusal(413, "PayloadTooLarge")) }
        return .success((recipient, key))
    }
}
