// SPDX-License-Identifier: Apache-2.0
import GaleDelivery
import GalePrimitives
import GaleRandomness

extension Provider {
    /// One call with everything that chance has to say about it: the same for the actual course and for every shadow.
    struct Call {
        var now: Int64
        /// Nanoseconds, of an idle provider in ordinary weather.
        var latency: Int64
        /// 0..<2⁶³: how the call ends.
        var number: UInt64
        /// What the recipient's side answers when the provider itself has no objection.
        var verdict: UnsafePointer<Regime.ErrorShare>
    }

    /// What it makes of a call that arrives now. Calls come in the order of their arrival.
    public func answer(_ request: ProviderRequest, at now: Instant) -> ProviderAnswer {
        let time = now.nanoseconds
        if time >= state.pointee.weatherEnds { turnWeather(at: time) }
        let part = state.pointee.index << 32 | UInt64(request.attempt)
        let call = Call(
            now: time,
            latency: state.pointee.latency.sample(
                state.pointee.draws.uniform(ProviderPurposes.latency, request.key, part)),
            number: state.pointee.draws.uniform(ProviderPurposes.outcome, request.key, part) >> 1,
            verdict: state.pointee.dependsOnRecipient
                ? verdict(of: request.recipient, at: time) : UnsafePointer(state.pointee.verdicts))
        let answer = decide(call, state.pointee.courses)
        if state.pointee.shadowed == 0 && call.verdict != state.pointee.greylistVerdict { return answer }
        return examined(answer, call, request.recipient)
    }

    /// An answer with what else it leads to: a greylisting server remembers, and faults get their due.
    @inline(never)
    private func examined(_ answer: ProviderAnswer, _ call: Call, _ recipient: UInt64) -> ProviderAnswer {
        var answer = answer
        if call.verdict == state.pointee.greylistVerdict, answer.response == call.verdict.pointee.response {
            state.pointee.firstContacts.noteIfNew(recipient, at: call.now)
        }
        if state.pointee.shadowed != 0 { compareWithShadows(call, &answer) }
        return answer
    }

    /// What the recipient's side says.
    private func verdict(
        of recipient: UInt64, at now: Int64
    ) -> UnsafePointer<Regime.ErrorShare> {
        if state.pointee.recipientCeiling > 0 {
            let number = state.pointee.draws.uniform(ProviderPurposes.refusal, recipient, state.pointee.dialect) >> 1
            if number < state.pointee.recipientCeiling { return refusal(number) }
        }
        let greylists = state.pointee.greylistCeiling > 0 && isGreylisted(recipient, at: now)
        return greylists ? state.pointee.greylistVerdict : UnsafePointer(state.pointee.verdicts)
    }

    private func refusal(_ number: UInt64) -> UnsafePointer<Regime.ErrorShare> {
        let outcomes = state.pointee.recipientOutcomes.baseAddress.unsafelyUnwrapped
        var index = 0
        while number >= outcomes[index].ceiling { index &+= 1 }
        return UnsafePointer(outcomes + index)
    }

    private func isGreylisted(_ recipient: UInt64, at now: Int64) -> Bool {
        let number = state.pointee.draws.uniform(ProviderPurposes.greylisting, recipient, state.pointee.index) >> 1
        if number >= state.pointee.greylistCeiling { return false }
        guard let since = state.pointee.firstContacts.firstContact(of: recipient, at: now) else { return true }
        return now &- since < state.pointee.greylistDelay
    }

    /// Quota, then concurrency, then the line, then the provider's own failures, then the recipient's verdict.
    @inline(__always)
    private func decide(_ call: Call, _ course: UnsafeMutablePointer<Course>) -> ProviderAnswer {
        if course.pointee.regime.isGuarded, let answer = turnedAway(call.now, call.latency, course) { return answer }
        var wait: Int64 = 0
        if state.pointee.isBounded {
            guard let time = join(course, at: call.now) else {
                return rejection(course.pointee.regime.excess, call.now, call.latency, course)
            }
            wait = time
        }
        // Later than any run.
        if wait > 1 << 61 { return .never }
        let fails = call.number < course.pointee.regime.errorCeiling
        let share = fails ? error(for: call.number, course) : call.verdict
        let response = Self.dated(share.pointee.response, at: call.now)
        let latency = Regime.scale(call.latency, by: course.pointee.regime.latencyFactor)
        let done = call.now &+ wait &+ latency
        let departs = state.pointee.answersOnAdmission ? call.now &+ latency : done
        if state.pointee.limitsConcurrency { course.pointee.inFlight.enter(departing: departs) }
        return ProviderAnswer(
            departs: Instant(nanoseconds: departs), decided: Instant(nanoseconds: departs),
            forwarded: Instant(nanoseconds: done), response: response,
            accepted: response.status >= 200 && response.status < 300)
    }

    /// With the instant since when an address has been invalid, in place of the time since then.
    @inline(__always)
    private static func dated(_ response: ProviderResponse, at now: Int64) -> ProviderResponse {
        guard let distance = response.invalidSince else { return response }
        return ProviderResponse(
            status: response.status, reason: response.reason, retryAfter: response.retryAfter,
            invalidSince: Instant(nanoseconds: now &+ distance.nanoseconds))
    }

    /// What a silent provider, a quota or a limit on concurrency makes of a call; nil: they let it pass.
    @inline(never)
    private func turnedAway(
        _ now: Int64, _ latency: Int64, _ course: UnsafeMutablePointer<Course>
    ) -> ProviderAnswer? {
        // Nothing arrives, so nothing is used up either.
        if course.pointee.regime.isBlackout { return .never }
        if let quota = state.pointee.quota {
            let wait = course.pointee.quota.take(quota, at: now)
            if wait > 0 { return rejection(quotaAnswer(wait), now, latency, course) }
        }
        if state.pointee.limitsConcurrency {
            course.pointee.inFlight.leave(by: now)
            if course.pointee.inFlight.isFull {
                return rejection(state.pointee.concurrencyResponse, now, latency, course)
            }
        }
        return nil
    }

    /// The answer to a call whose number is below the regime's `errorCeiling`.
    @inline(never)
    private func error(
        for number: UInt64, _ course: UnsafeMutablePointer<Course>
    ) -> UnsafePointer<Regime.ErrorShare> {
        let (shares, last) = (course.pointee.regime.errors, course.pointee.regime.errorCount &- 1)
        var index = 0
        while index < last, number >= shares[index].ceiling { index &+= 1 }
        return UnsafePointer(shares + index)
    }

    /// Joins the line.
    ///
    /// - Returns: nanoseconds to wait there; nil: the request is excess.
    @inline(__always)
    private func join(_ course: UnsafeMutablePointer<Course>, at now: Int64) -> Int64? {
        let rate = course.pointee.regime.rate
        course.pointee.line.advance(to: now, rate: rate)
        if !course.pointee.regime.queuesExcess, course.pointee.line.work > course.pointee.regime.mostWork || rate == 0 {
            let most = course.pointee.regime.mostWork
            course.pointee.line.add(state.pointee.rejectionWork, upTo: most &+ ServiceLine.requestWork)
            return nil
        }
        // Without capacity even the first in line waits for ever.
        let wait = rate == 0 ? .max : course.pointee.line.wait(rate: rate)
        course.pointee.line.add(ServiceLine.requestWork)
        return wait
    }

    @inline(never)
    private func rejection(
        _ response: ProviderResponse, _ now: Int64, _ latency: Int64, _ course: UnsafeMutablePointer<Course>
    ) -> ProviderAnswer {
        let latency = Regime.scale(latency, by: course.pointee.regime.rejectionLatencyFactor)
        let departs = Instant(nanoseconds: now &+ latency)
        return ProviderAnswer(
            departs: departs, decided: departs, forwarded: departs, response: response, accepted: false)
    }

    /// Retry-After counts whole seconds (RFC 9110, 10.2.3), so the wait is rounded up.
    private func quotaAnswer(_ wait: Int64) -> ProviderResponse {
        var response = state.pointee.quotaResponse
        if response.retryAfter == nil { response.retryAfter = .seconds((wait &- 1) / 1_000_000_000 &+ 1) }
        return response
    }

    /// What each fault changed about an answer; drops the shadows of faults that have ended and left no trace.
    private func compareWithShadows(_ call: Call, _ answer: inout ProviderAnswer) {
        let actual = state.pointee.courses
        var left = state.pointee.shadowed
        while left != 0 {
            let bit = left & (0 &- left)
            left &= left &- 1
            let shadow = actual + 1 + bit.trailingZeroBitCount
            if differ(answer, decide(call, shadow)) { answer.decisionsChangedBy |= bit }
            if state.pointee.inForce & bit != 0 { continue }
            actual.pointee.advance(to: call.now)
            shadow.pointee.advance(to: call.now)
            if actual.pointee.hasSameState(as: shadow.pointee) { state.pointee.shadowed &= ~bit }
        }
    }

    @inline(__always)
    private func differ(_ one: ProviderAnswer, _ other: ProviderAnswer) -> Bool {
        if one.response.status != other.response.status || one.response != other.response { return true }
        let most = state.pointee.materialDelay.magnitude
        return (one.departs - other.departs).nanoseconds.magnitude > most
            || (one.forwarded - other.forwarded).nanoseconds.magnitude > most
    }
}

extension ProviderAnswer {
    fileprivate static var never: ProviderAnswer {
        ProviderAnswer(
            departs: .distantFuture, decided: .distantFuture, forwarded: .distantFuture, response: .timedOut,
            accepted: false)
    }
}
