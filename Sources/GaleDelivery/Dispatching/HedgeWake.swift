// SPDX-License-Identifier: Apache-2.0

/// When the next copy of an attempt is due.
struct HedgeWake: BitwiseCopyable {
    /// The chain's, with the wake's number.
    var identifier: UInt64
    /// Nanoseconds.
    var due: Int64
}
