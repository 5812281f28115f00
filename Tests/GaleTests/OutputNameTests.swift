// SPDX-License-Identifier: GPL-3.0-or-later
import Gale
import Testing

@Suite struct OutputNameTests {
    @Test(
        "no name escapes its folder",
        arguments: [
            ("delivery-pipeline", "delivery-pipeline"), ("../../etc/passwd", "-.-..-etc-passwd"), ("..", "-."),
            (".", "-"), ("", "run"), ("a/b\\c", "a-b-c"), ("é b\n", "--b-"), (".hidden", "-hidden"),
            ("v1.2_x", "v1.2_x"),
        ])
    func safe(name: String, expected: String) {
        let safe = OutputName.safe(name)
        #expect(safe == expected)
        #expect(!safe.contains("/"))
        #expect(safe != "." && safe != "..")
    }

    @Test("names are cut to a length that every file system takes")
    func length() { #expect(OutputName.safe(String(repeating: "x", count: 1_000)).count == 80) }

    @Test("two causes of one seed are two names, each one path component")
    func regression() {
        let causes = ["expectation: sms.undelivered < 2%", "expectation: lost = 0", "order: app", "../é", "…"]
        let names = causes.map { OutputName.regression(scenario: "many", variant: nil, cause: $0, seed: 7) }
        #expect(
            names == [
                "many-expectation-sms-undelivered-2-7", "many-expectation-lost-0-7", "many-order-app-7",
                "many-cause-7", "many-cause-7",
            ])
        let long = OutputName.regression(
            scenario: "many", variant: "a/b", cause: String(repeating: "x y", count: 99), seed: 7)
        #expect(long.hasPrefix("many-a-b-x-yx-yx") && long.count < 80)
    }

    @Test("a folder is named after scenario, variant and seed")
    func folder() {
        #expect(OutputName.folder(scenario: "apns", variant: nil, seed: 7) == "apns-7")
        #expect(
            OutputName.folder(scenario: "apns", variant: "na/ive", seed: .max) == "apns-na-ive-18446744073709551615")
    }
}
