// SPDX-License-Identifier: Apache-2.0

extension Taxonomy {
    /// Enhanced status codes: RFC 3463 (4 is transient, 5 permanent; the IANA registry for later ones); reply codes:
    /// RFC 5321 section 4.2. Providers' own subcodes name their source.
    static let smtp: [TaxonomyLine] = [
        TaxonomyLine(452, "4.2.2", .retryHere),  // RFC 3463 3.3: mailbox full
        TaxonomyLine(450, "4.2.1", .retryHere),  // RFC 3463 3.3: mailbox disabled for now
        TaxonomyLine(451, "4.3.0", .failOver),  // RFC 3463 3.4: mail system, undefined
        TaxonomyLine(452, "4.3.1", .failOver),  // RFC 3463 3.4: mail system full
        TaxonomyLine(421, "4.3.2", .failOver),  // RFC 3463 3.4: system not accepting
        TaxonomyLine(451, "4.4.1", .failOver),  // RFC 3463 3.5: no answer from host
        TaxonomyLine(421, "4.4.2", .failOverUnsure),  // RFC 3463 3.5: bad connection
        TaxonomyLine(452, "4.5.3", .retryHere),  // RFC 3463 3.6: too many recipients
        // Yahoo: 421 4.7.0 [TSS04] temporarily deferred due to unexpected volume or user complaints.
        TaxonomyLine(421, "4.7.0", .throttled),
        // RFC 3463 3.8, as greylisting uses it: first contact is deferred; "try again in 300 seconds". It must be the same
        // sender that comes back.
        TaxonomyLine(450, "4.7.1", Verdict(.retryHere, defaultRetryAfterSeconds: 300)),
        // Gmail: 421-4.7.28 unusual rate of unsolicited mail, temporarily rate limited.
        TaxonomyLine(421, "4.7.28", .throttled),
        // Microsoft: 451 4.7.650 temporarily rate limited due to IP reputation.
        TaxonomyLine(451, "4.7.650", .throttled),
        TaxonomyLine(550, "5.1.1", .suppressRecipient),  // RFC 3463 3.2: bad destination mailbox
        TaxonomyLine(550, "5.1.2", .suppressRecipient),  // RFC 3463 3.2: bad destination system
        TaxonomyLine(553, "5.1.3", .suppressRecipient),  // RFC 3463 3.2: bad mailbox syntax
        TaxonomyLine(550, "5.1.10", .suppressRecipient),  // RFC 7505: the domain takes no mail
        TaxonomyLine(550, "5.2.1", .suppressRecipient),  // RFC 3463 3.3: mailbox disabled
        TaxonomyLine(552, "5.2.2", .permanent),  // RFC 3463 3.3: mailbox full
        TaxonomyLine(552, "5.3.4", .permanent),  // RFC 3463 3.4: message too big for the system
        TaxonomyLine(530, "5.7.0", .stopSender),  // RFC 4954 section 6: authentication required
        TaxonomyLine(550, "5.7.1", .permanent),  // RFC 3463 3.8: not authorised, message refused by policy
        TaxonomyLine(535, "5.7.8", .stopSender),  // RFC 4954 section 6: credentials invalid
    ]

    /// Reply codes: RFC 5321 section 4.2.
    ///
    /// A plain 550, 551 or 553, without an enhanced code, ends the notification but is no strike against the recipient: RFC 5321 gives
    /// 550 as "mailbox not found, no access, or command rejected for policy reasons", and filters answer so to a sender on a
    /// blocklist. Such a block lasts for weeks and meets every recipient of a domain, so that even two strikes a week apart would call
    /// living mailboxes gone; below the ceiling of the guard nobody would notice. Only an enhanced code says that it is the mailbox.
    static func smtp(status: UInt16) -> Verdict {
        switch status {
        case 0: .failOverUnsure  // the transport failed, and no reason says how
        case 200...299: .ok
        case 421: .failOver  // 4.2.3: service not available, closing the channel
        case 450: .retryHere  // 4.2.3: mailbox busy or blocked by policy, as greylisting says it
        case 451, 452, 454, 455: .failOver  // 4.2.3: local error, storage; RFC 4954: temporary authentication failure
        case 400...499: .failOver  // 4.2.1: transient
        case 530, 535: .stopSender  // RFC 4954 section 6
        default: .permanent  // 4.2.1: permanent; 1yz and 3yz are no final replies
        }
    }
}
