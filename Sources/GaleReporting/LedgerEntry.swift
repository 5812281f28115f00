// SPDX-License-Identifier: GPL-3.0-or-later
import GaleExperiments

/// One entry of the ledger: its key in `summary.json`, its name, and what it means.
struct LedgerEntry: Sendable {
    let key: String
    let name: String
    let meaning: String
    /// What it means where nothing is sent to anybody.
    let meaningWithoutProviders: String
    /// One of those that sum to what was submitted.
    let isPart: Bool
    let path: KeyPath<LedgerSummary, Int64> & Sendable

    static let all: [LedgerEntry] = [
        part(
            "delivered", "delivered", "accepted by a provider within its validity", \.delivered,
            withoutProviders: "done within its validity"),
        part(
            "deliveredLate", "delivered late", "accepted by a provider after its validity had ended", \.deliveredLate,
            withoutProviders: "done after its validity had ended"),
        part(
            "expired", "expired", "given up because its validity had ended, or would before another attempt", \.expired),
        part(
            "suppressed", "suppressed", "not sent on purpose: consent, a dead token, a cap", \.suppressed,
            withoutProviders: "not done on purpose: a live task had its key"),
        part("deadLettered", "dead-lettered", "given up after its last attempt, and kept aside", \.deadLettered),
        part("shed", "shed", "refused by the pipeline itself, to save the rest", \.shed),
        part("lost", "lost", "gone without anyone knowing", \.lost),
        part("inFlight", "in flight", "not settled when the run ended", \.inFlight),
        LedgerEntry(
            key: "duplicates", name: "duplicates", meaning: "delivered again, beside the sum",
            meaningWithoutProviders: "done again, beside the sum", isPart: false,
            path: \.duplicates),
    ]

    private static func part(
        _ key: String, _ name: String, _ meaning: String, _ path: KeyPath<LedgerSummary, Int64> & Sendable,
        withoutProviders: String? = nil
    ) -> LedgerEntry {
        LedgerEntry(
            key: key, name: name, meaning: meaning, meaningWithoutProviders: withoutProviders ?? meaning, isPart: true,
            path: path)
    }
}
