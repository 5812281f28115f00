// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Apple's push service over HTTP, and a store.
struct PushBackend: Surroundings {
    /// Sends a request: `{ try await URLSession.shared.data(for: $0) }`.
    let send: @Sendable (URLRequest) async throws -> (Data, URLResponse)
    /// Where a recipient's device is: `https://api.push.apple.com/3/device/…`.
    let device: @Sendable (_ recipient: UInt64) -> URL
    let store = MemoryStore()

    func post(
        _ notification: GaleDelivery.Notification, key: UInt64, to: ProviderIndex, within: Interval
    ) async -> ProviderResponse {
        var request = URLRequest(url: device(notification.recipient), timeoutInterval: within.seconds)
        request.httpMethod = "POST"
        request.setValue(
            String(format: "00000000-0000-0000-%04lx-%012lx", Int(key >> 48), Int(key & 0xFFFF_FFFF_FFFF)),
            forHTTPHeaderField: "apns-id")
        request.setValue("\(notification.expires.nanoseconds / 1_000_000_000)", forHTTPHeaderField: "apns-expiration")
        request.httpBody = Data(#"{"aps": {"alert": "Hello"}}"#.utf8)
        do {
            let (body, answer) = try await send(request)
            return Self.response(body, answer as? HTTPURLResponse)
        } catch let error as URLError where error.code == .timedOut {
            return .timedOut
        } catch let error as URLError where [.cannotConnectToHost, .cannotFindHost].contains(error.code) {
            return .connectionFailed
        } catch {
            return .connectionReset
        }
    }

    /// The provider's own words.
    private static func response(_ body: Data, _ answer: HTTPURLResponse?) -> ProviderResponse {
        struct Words: Decodable {
            var reason: String?
            var timestamp: Int64?
        }
        guard let answer else { return .connectionReset }
        let words = try? JSONDecoder().decode(Words.self, from: body)
        let seconds = answer.value(forHTTPHeaderField: "Retry-After").flatMap { Int64($0) }
        return ProviderResponse(
            status: UInt16(clamping: answer.statusCode),
            reason: words?.reason.map { .named($0, in: .apns) } ?? .none,
            retryAfter: seconds.map { .seconds(min(max(0, $0), 86_400)) },
            invalidSince: words?.timestamp.map { .zero + .milliseconds(min(max(0, $0), 1 << 42)) })
    }

    func lookUp(_ read: StateRead) async -> LookupAnswer { store.lookUp(read) }
    func apply(_ write: StateWrite) { store.apply(write) }
}

/// What replicas share, in memory: for one replica, and for tests. Beside each line the command of Redis that does the same.
final class MemoryStore: Sendable {
    private struct Key: Hashable {
        var kind: StateKind
        var key: UInt64
    }
    private struct Entry {
        var value: Int64
        var ends: ContinuousClock.Instant
    }
    private let entries = Mutex<[Key: Entry]>([:])

    func lookUp(_ read: StateRead) -> LookupAnswer {
        let change: StateChange? = read.adding == 0 ? nil : .add(Int64(read.adding))  // INCRBY, or
        let value = update(read.kind, read.key, change, read.lifetime)  // GET
        return value == 0 ? .absent : .value(value)
    }

    func apply(_ write: StateWrite) { _ = update(write.kind, write.key, write.change, write.lifetime) }

    private func update(_ kind: StateKind, _ key: UInt64, _ change: StateChange?, _ lifetime: Interval) -> Int64 {
        entries.withLock { entries in
            let (key, ends) = (Key(kind: kind, key: key), ContinuousClock.now + .nanoseconds(lifetime.nanoseconds))
            let old = entries[key].flatMap { $0.ends > .now ? $0 : nil } ?? Entry(value: 0, ends: ends)
            switch change {
            case nil: return old.value
            case .set(let value): entries[key] = Entry(value: value, ends: ends)  // SET … PX
            case .raise(let value): if value > old.value { entries[key] = Entry(value: value, ends: ends) }  // ZADD, GT
            case .add(let more): entries[key] = Entry(value: old.value + more, ends: old.ends)  // INCRBY, PEXPIRE … NX
            case .remove: entries[key] = nil  // DEL
            }
            return entries[key]?.value ?? 0
        }
    }
}
