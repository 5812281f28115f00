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

    @Test("a folder is named after scenario, variant and seed")
    func folder() {
        #expect(OutputName.folder(scenario: "apns", variant: nil, seed: 7) == "apns-7")
        #expect(
            OutputName.folder(scenario: "apns", variant: "na/ive", seed: .max) == "apns-na-ive-18446744073709551615")
    }
}
