// SPDX-License-Identifier: Apache-2.0
import GalePrimitives

/// What is not even tried: notifications of low priority while there is more work than can be done, and those that can't
/// arrive in time any more. They end as `shed`.
///
/// Scope: one dispatcher. It needs no store.
public struct SheddingPolicy: Equatable, Sendable {
    /// By priority (`AdmissionControl`); nil: no.
    public var admission: Admission?
    /// By deadline (`LatencyEstimate`): an attempt isn't begun when less than this share of the provider's usual latency is
    /// left of the notification's life, in millionths; nil: no.
    public var deadlineShareMicros: Int64?

    public init(admission: Admission? = nil, deadlineShareMicros: Int64? = nil) {
        self.admission = admission
        self.deadlineShareMicros = deadlineShareMicros
    }

    /// DAGOR (Zhou et al., "Overload Control for Scaling WeChat Microservices", SoCC 2018).
    public struct Admission: Equatable, Sendable {
        /// Overload is when notifications have waited longer than this, on average over a window. DAGOR: 20 ms.
        public var delay: Interval
        /// A window's length. DAGOR: 1 s.
        public var window: Interval
        /// A window ends early with so many notifications. DAGOR: 2,000.
        public var windowNotifications: Int
        /// Share by which fewer are let in after a window of overload, in millionths. DAGOR: 5 %.
        public var decreaseMicros: Int64
        /// Share by which more are let in after a window without, in millionths. DAGOR: 1 %.
        public var increaseMicros: Int64
        /// The first so many priorities are never shed. Default 1: what is critical isn't.
        public var sparedPriorities: Int

        public init(
            delay: Interval = .milliseconds(20), window: Interval = .seconds(1), windowNotifications: Int = 2_000,
            decreaseMicros: Int64 = 50_000, increaseMicros: Int64 = 10_000, sparedPriorities: Int = 1
        ) {
            self.delay = delay
            self.window = window
            self.windowNotifications = windowNotifications
            self.decreaseMicros = decreaseMicros
            self.increaseMicros = increaseMicros
            self.sparedPriorities = sparedPriorities
        }
    }
}
