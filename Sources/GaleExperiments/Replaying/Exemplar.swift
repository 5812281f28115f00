// SPDX-License-Identifier: GPL-3.0-or-later
import GaleModels

/// What shows best what is wrong with a run, and why just that.
struct Exemplar {
    enum Subject: Equatable {
        case message(MessageID)
        /// Nanoseconds: it is about no single message.
        case moment(Int64)
    }

    var subject: Subject
    /// In words, for people.
    var why: String
}
