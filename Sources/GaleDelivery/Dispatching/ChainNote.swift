// SPDX-License-Identifier: Apache-2.0

/// What a tenant's bulkhead keeps for a chain, beside its record.
struct ChainNote: BitwiseCopyable {
    var tenant: UInt32
    /// The chain behind it in its tenant's queue, or `TenantBulkhead.none`.
    var next: UInt32 = TenantBulkhead.none
    /// It is on its way to a send and holds one of its tenant's permits.
    var holdsPermit = false
}
