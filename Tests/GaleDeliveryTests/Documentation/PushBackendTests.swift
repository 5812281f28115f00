// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The page's example of what a service has around it.
struct PushBackendTests {
    private static let device = URL(string: "https://push.example/3/device/")!

    /// Answers every request with this.
    private func backend(_ status: Int, _ body: String = "", _ fields: [String: String] = [:]) -> PushBackend {
        PushBackend(
            send: { request in
                let answer = HTTPURLResponse(
                    url: request.url!, statusCode: status, httpVersion: "HTTP/2", headerFields: fields)!
                return (Data(body.utf8), answer)
            }, device: { Self.device.appending(path: "\($0)") })
    }

    private func post(_ backend: PushBackend) async -> ProviderResponse {
        let notification = GaleDelivery.Notification(
            reference: 1, key: 0x0001_0000_0000_00FF, recipient: 7, tenant: 0, channel: .push, platform: .ios,
            created: .zero, expires: .zero + .hours(1))
        return await backend.post(
            notification, key: notification.key, to: ProviderIndex(rawValue: 0), within: .milliseconds(1_500))
    }

    @Test("answers are handed on in the provider's own words, and the transport's failures in its own")
    func words() async {
        #expect(await post(backend(200)) == .ok)
        #expect(
            await post(backend(410, #"{"reason": "Unregistered", "timestamp": 1700000000123}"#))
                == ProviderResponse(
                    status: 410, reason: .named("Unregistered", in: .apns),
                    invalidSince: .zero + .milliseconds(1_700_000_000_123)))
        #expect(
            await post(backend(429, #"{"reason": "TooManyRequests"}"#, ["Retry-After": "30"]))
                == ProviderResponse(
                    status: 429, reason: .named("TooManyRequests", in: .apns), retryAfter: .seconds(30)))
        #expect(await post(backend(503, "no JSON")) == ProviderResponse(status: 503))
        let failures: [(URLError.Code, ProviderResponse)] = [
            (.timedOut, .timedOut), (.cannotConnectToHost, .connectionFailed),
            (.networkConnectionLost, .connectionReset),
        ]
        for (code, response) in failures {
            let broken = PushBackend(send: { _ in throw URLError(code) }, device: { _ in Self.device })
            #expect(await post(broken) == response)
        }
    }

    @Test(
        "a request has the device, the key as its id, the time it is worth something, and no more time than it may take"
    )
    func request() async {
        let seen = Mutex<URLRequest?>(nil)
        let backend = PushBackend(
            send: { request in
                seen.withLock { $0 = request }
                throw URLError(.timedOut)
            }, device: { Self.device.appending(path: "\($0)") })
        _ = await post(backend)
        let request = seen.withLock { $0 }
        #expect(request?.url?.path == "/3/device/7" && request?.timeoutInterval == 1.5 && request?.httpMethod == "POST")
        #expect(request?.value(forHTTPHeaderField: "apns-id") == "00000000-0000-0000-0001-0000000000ff")
        #expect(request?.value(forHTTPHeaderField: "apns-expiration") == "3600")
    }

    @Test("a 410 about a token strikes its recipient, unless the device has got another one since")
    func registered() async {
        let gone = backend(410, #"{"reason": "Unregistered", "timestamp": 1700000000000}"#)
        let service = DeliveryService.push(gone)
        let before = Instant.zero + .seconds(1_600_000_000)
        #expect(await service.push(number: 1, to: 1, registered: before) == .suppressed)
        #expect(await service.push(number: 2, to: 2, registered: before + .seconds(200_000_000)) == .deadLettered)
        let known = gone.store.lookUp(
            StateRead(
                kind: .suppression, key: StateKind.key(recipient: 1, .push), timeout: .seconds(1)))
        let unknown = gone.store.lookUp(
            StateRead(
                kind: .suppression, key: StateKind.key(recipient: 2, .push), timeout: .seconds(1)))
        #expect(known != .absent && unknown == .absent)
    }

    @Test("the store in memory does what each change says, and forgets what has lived its life")
    func store() async throws {
        let store = MemoryStore()
        func write(_ change: StateChange, _ lifetime: Interval = .hours(1)) {
            store.apply(StateWrite(kind: .consent, key: 3, change, lifetime: lifetime))
        }
        func read(_ kind: StateKind = .consent, adding: Int32 = 0) -> LookupAnswer {
            store.lookUp(StateRead(kind: kind, key: 3, timeout: .seconds(1), adding: adding, lifetime: .hours(1)))
        }
        write(.set(5))
        write(.raise(4))
        #expect(read() == .value(5) && read(.presence) == .absent)
        write(.raise(9))
        write(.add(2))
        #expect(read() == .value(11) && read(adding: 1) == .value(12))
        write(.remove)
        #expect(read() == .absent)
        write(.set(1), .milliseconds(5))
        try await Task.sleep(for: .milliseconds(10))
        #expect(read() == .absent)
    }
}
