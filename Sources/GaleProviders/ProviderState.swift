// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

/// Everything behind a `Provider` handle. Trivial, so that reaching it costs no count and no check.
@usableFromInline
struct ProviderState: BitwiseCopyable {
    static var slots: Int { 32 }

    let index: UInt64
    let dialect: UInt64
    /// What the recipient's side says when it does not refuse: success, and a greylisting server's answer (`greylistVerdict`).
    let verdicts: UnsafeMutablePointer<Regime.ErrorShare>
    /// Whether it says of a 410 since when the token has been invalid.
    let stampsGone: Bool
    /// What a fault's errors say that names none.
    let failure: ProviderResponse

    let draws: Draws
    let latency: Distribution
    /// Whether the recipient has a say: someone refuses or greylists.
    let dependsOnRecipient: Bool
    let latencyWeather: Distribution?
    let errorWeather: Distribution?
    /// Nanoseconds by which an answer must move to count as changed: a tenth of the mean latency of an idle provider. 0 until a fault
    /// begins: finding the mean takes as long as all the rest of a provider.
    var materialDelay: Int64 = 0
    let rejectionLatencyMicros: Int64
    let answersOnAdmission: Bool

    /// Whether there is a capacity.
    let isBounded: Bool
    /// Millionths of a request per second; nil: unbounded.
    let capacity: UInt64?
    let maximumWait: UInt64
    /// See `ServiceLine`.
    let rejectionWork: UInt128
    let queuesExcess: Bool
    let excess: ProviderResponse

    let quota: QuotaBucket.Terms?
    let quotaResponse: ProviderResponse
    let limitsConcurrency: Bool
    let concurrencyResponse: ProviderResponse
    let retryAfter: Interval?

    /// Of calls and of recipients; ceilings are cumulative.
    let callOutcomes: UnsafeMutableBufferPointer<Regime.ErrorShare>
    let recipientOutcomes: UnsafeMutableBufferPointer<Regime.ErrorShare>
    /// Below which a recipient has one of `recipientOutcomes`.
    let recipientCeiling: UInt64

    let greylistCeiling: UInt64
    let greylistDelay: Int64
    let greylistVerdict: UnsafePointer<Regime.ErrorShare>
    /// Empty and unused without greylisting.
    var firstContacts: FirstContacts

    /// The actual course, then one shadow per slot.
    let courses: UnsafeMutablePointer<Course>
    let faults: UnsafeMutablePointer<ProviderFault?>
    /// Slots with a fault in force, and slots whose shadow still differs.
    var inForce: UInt32 = 0
    var shadowed: UInt32 = 0

    /// Nanoseconds at which the current second of weather ends; 0: nothing has been asked yet.
    var weatherEnds: Int64 = 0
    var latencyWeatherFactor = Regime.one
    var errorWeatherFactor = Regime.one
}
