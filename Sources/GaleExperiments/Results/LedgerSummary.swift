// SPDX-License-Identifier: GPL-3.0-or-later

public struct LedgerSummary: Codable, Equatable, Sendable {
    public var submitted, delivered, deliveredLate, expired, suppressed, deadLettered, shed, lost, inFlight: Int64
    /// Beside the ledger's sum.
    public var duplicates: Int64
    /// Deliveries after that of a later notification of the same recipient; nil: no workload is ordered.
    public var misordered: Int64?

    public init(
        submitted: Int64 = 0, delivered: Int64 = 0, deliveredLate: Int64 = 0, expired: Int64 = 0, suppressed: Int64 = 0,
        deadLettered: Int64 = 0, shed: Int64 = 0, lost: Int64 = 0, inFlight: Int64 = 0, duplicates: Int64 = 0
    ) {
        self.submitted = submitted
        self.delivered = delivered
        self.deliveredLate = deliveredLate
        self.expired = expired
        self.suppressed = suppressed
        self.deadLettered = deadLettered
        self.shed = shed
        self.lost = lost
        self.inFlight = inFlight
        self.duplicates = duplicates
    }

    public var undelivered: Int64 { submitted - delivered - deliveredLate - suppressed }
}
