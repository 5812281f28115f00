// SPDX-License-Identifier: GPL-3.0-or-later
import Gale
import Testing

@Suite struct CommitSeedsTests {
    private let id = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

    @Test("a commit's seeds never change, are all different, and more of them begin with the same ones")
    func stable() throws {
        let seeds = try CommitSeeds(id: id).seeds(2_000)
        #expect(Array(seeds.prefix(3)) == [984_470_603, 3_130_276_957, 2_544_700_911])
        #expect(Set(seeds).count == 2_000 && seeds.allSatisfy { (1...(1 << 32)).contains($0) })
        #expect(try CommitSeeds(id: id.uppercased()).seeds(7) == Array(seeds.prefix(7)))
    }

    @Test(
        "only a commit's full id is one", arguments: ["", "da39a3e", "HEAD", "g" + String(repeating: "0", count: 39)])
    func wrong(id: String) {
        #expect(throws: CommandFailure.self) { try CommitSeeds(id: id) }
    }
}
