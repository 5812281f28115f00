// SPDX-License-Identifier: Apache-2.0

/// In which order a recipient's notifications are sent.
public enum OrderPolicy: String, CaseIterable, Sendable {
    /// As they come, in parallel.
    case none
    /// By key: a recipient's next notification waits, without a slot, until the one before is settled. Scope: this dispatcher,
    /// so recipients must be the topic's partition keys. A retry topic lets a notification out of its place, and with it the
    /// next one go.
    case key
}
