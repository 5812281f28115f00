// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Shipped profiles of providers")
struct ProfileFileTests {
    @Test("each line names its source or is an estimate", arguments: ["apns", "fcm", "sms", "smtp", "gateway"])
    func sources(name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Scenarios/profiles/\(name).yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("about:") }
        #expect(lines.count > 10)
        for line in lines {
            #expect(line.contains("# source: ") || line.contains("# estimate"), "\(line)")
        }
    }
}
