// SPDX-License-Identifier: Apache-2.0
import GaleMeasurement
import Testing

@Suite("Ledger")
struct LedgerTests {
    private let ledger = Ledger(
        submitted: 255, delivered: 1, deliveredLate: 2, expired: 4, suppressed: 8, deadLettered: 16, shed: 32, lost: 64,
        inFlight: 128, duplicates: 7)

    @Test("It balances when its entries sum to what was submitted, whatever the duplicates")
    func balances() {
        #expect(ledger.balances)
        #expect(Ledger().balances)
        var changed = ledger
        changed.duplicates += 1
        #expect(changed.balances)
        for entry: WritableKeyPath<Ledger, Int64> in [
            \.submitted, \.delivered, \.deliveredLate, \.expired, \.suppressed, \.deadLettered, \.shed, \.lost,
            \.inFlight,
        ] {
            var changed = ledger
            changed[keyPath: entry] += 1
            #expect(!changed.balances)
        }
    }

    @Test("Undelivered is what was neither delivered, late or in time, nor suppressed")
    func undelivered() {
        #expect(ledger.undelivered == 255 - 1 - 2 - 8)
        #expect(ledger.undelivered == 4 + 16 + 32 + 64 + 128)
    }

    @Test("Adding adds every entry")
    func adding() {
        let twice = ledger + ledger
        #expect(
            twice
                == Ledger(
                    submitted: 510, delivered: 2, deliveredLate: 4, expired: 8, suppressed: 16, deadLettered: 32,
                    shed: 64, lost: 128, inFlight: 256, duplicates: 14))
        #expect(ledger + Ledger() == ledger)
    }
}
