// SPDX-License-Identifier: Apache-2.0
import Foundation
import GaleDelivery
import GalePrimitives
import Testing

/// "Delivery in your service" and "Jobs in your service": what the pages show is what is compiled here, and it delivers.
struct DocumentationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// The listings of a page, in their order.
    private func listings(_ page: String) throws -> [String] {
        let page = Self.folder.appending(path: "../../../Sources/GaleDelivery/GaleDelivery.docc/\(page).md")
        return try String(contentsOf: page.standardizedFileURL, encoding: .utf8).components(separatedBy: "```swift\n")
            .dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }

    @Test(
        "the listings of the pages are the sources that these tests compile",
        arguments: [
            ("DeliveryInYourService", 1, "DeliveryService.swift"),
            ("DeliveryInYourService", 2, "DeliveryService+Use.swift"),
            ("DeliveryInYourService", 3, "PushBackend.swift"), ("JobsInYourService", 0, "JobQueue.swift"),
        ])
    func listingIsSource(page: String, place: Int, file: String) throws {
        let listings = try listings(page)
        try #require(listings.count == (page.hasPrefix("Jobs") ? 1 : 4))
        let lines = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        try #require(lines[0].contains("SPDX-License-Identifier"))
        #expect(listings[place] == lines.dropFirst().joined(separator: "\n"))
    }

    @Test("the page's package asks for what this package is and has")
    func manifest() throws {
        let own = try String(
            contentsOf: Self.folder.appending(path: "../../../Package.swift").standardizedFileURL, encoding: .utf8)
        let shown = try listings("DeliveryInYourService")[0]
        #expect(shown.split(separator: "\n").first == own.split(separator: "\n").first, "the version of the tools")
        #expect(shown.contains(#".product(name: "GaleDelivery", package: "gale")"#))
        #expect(own.contains(#".library(name: "GaleDelivery""#) && own.contains(#"name: "gale","#))
    }

    @Test("the page's service delivers, retries what was refused, and sends no notification twice")
    func serviceDelivers() async {
        let backend = FlakyBackend()
        let service = DeliveryService.push(backend, firstDelay: .milliseconds(1))
        await withTaskGroup(of: Outcome.self) { group in
            for number in 1...200 {
                group.addTask { await service.push(number: UInt64(number), to: UInt64(number), registered: .zero) }
            }
            for await outcome in group { #expect(outcome == .delivered) }
        }
        #expect(await backend.accepted == Dictionary(uniqueKeysWithValues: (1...200).map { ($0, 1) }))
        #expect(await backend.refused == 20, "every tenth is refused at its first attempt")
        let metrics = await service.metrics
        #expect(metrics.counters.retries == 20)
        #expect(metrics.unsettled == 0)
        while await !backend.knows(1) { await Task.yield() }
        let replica = DeliveryService.push(backend)
        #expect(
            await replica.push(number: 1, to: 1, registered: .zero) == .duplicate,
            "another replica finds it in the store")
    }
}

/// Refuses the first attempt of every tenth notification; keeps what is written.
private actor FlakyBackend: Surroundings {
    private var attempts: [UInt64: Int] = [:]
    private var store = TestStore()
    private(set) var accepted: [UInt64: Int] = [:]
    private(set) var refused = 0

    init() { store.keeps = Set(StateKind.allCases) }

    func post(
        _ notification: GaleDelivery.Notification, key: UInt64, to: ProviderIndex, within: Interval
    ) async -> ProviderResponse {
        attempts[key, default: 0] += 1
        if key % 10 == 0, attempts[key] == 1 {
            refused += 1
            return ProviderResponse(status: 503, reason: .named("ServiceUnavailable", in: .apns))
        }
        accepted[key, default: 0] += 1
        return .ok
    }

    func knows(_ key: UInt64) -> Bool { store.value(.deduplication, key, at: .zero) != 0 }
    func lookUp(_ read: StateRead) async -> LookupAnswer { store.answer(read, 0, at: .zero)?.1 ?? .failed }
    nonisolated func apply(_ write: StateWrite) { Task { await keep(write) } }
    private func keep(_ write: StateWrite) { store.apply(write, at: .zero) }
}
