// SPDX-License-Identifier: Apache-2.0

extension Taxonomy {
    /// Codes of an in-app gateway of our own: the words are ours, the statuses HTTP's (RFC 9110, RFC 6585).
    static let gateway: [TaxonomyLine] = [
        // Ours: nobody is connected now; the session may be resumed within minutes (as Discord's gateway lets a client).
        TaxonomyLine(404, "NotConnected", .retryHere),
        TaxonomyLine(410, "UnknownRecipient", .suppressRecipient),  // ours: the account is gone
        TaxonomyLine(413, "TooLarge", .permanent),  // ours: over the frame's 4,096 bytes (Discord's close code 4002)
        TaxonomyLine(429, "RateLimited", .throttled),  // ours: over the gateway's limit
        TaxonomyLine(503, "Overloaded", .failOver),  // ours: it sheds load
        TaxonomyLine(503, "Draining", Verdict(.retryNewConnection)),  // ours: a node that is being replaced
    ]
}
