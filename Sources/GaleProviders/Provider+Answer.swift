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
        var verdict: ProviderResponse
        /// The verdict is a greylisting server's.
        var isGreylisted: Bool
    }

    /// What it makes of a call that arrives now. Calls come in the order of their arrival.
    ///
    /// - Parameter draws: the run's; always the same.
    public func answer(_ request: ProviderRequest, at now: Instant, draws: Draws) -> ProviderAnswer {
        let time = now.nanoseconds
        if time >= state.pointee.weatherEnds { turnWeather(at: time, draws: draws) }
        let call = call(for: request, at: time, draws: draws)
        var answer = decide(call, state.pointee.courses)
        if call.isGreylisted, answer.response == state.pointee.greylistResponse {
            state.pointee.firstContacts.noteIfNew(request.recipient, at: time)
        }
        if state.pointee.shadowed != 0 { compareWithShadows(call, &answer) }
        return answer
    }

    @inline(__always)
    private func call(for request: ProviderRequest, at now: Int64, draws: Draws) -> Call {
        let part = state.pointee.index << 32 | UInt64(request.attempt)
        var call = Call(
            now: now, latency: state.pointee.latency.sample(draws.uniform(ProviderPurposes.latency, request.key, part)),
            number: draws.uniform(ProviderPurposes.outcome, request.key, part) >> 1, verdict: state.pointee.success,
            isGreylisted: false)
        if state.pointee.recipientCeiling > 0 {
            let number = draws.uniform(ProviderPurposes.refusal, request.recipient, state.pointee.dialect) >> 1
            if number < state.pointee.recipientCeiling {
                call.verdict = refusal(number)
                return call
            }
        }
        if state.pointee.greylistCeiling > 0, isGreylisted(request.recipient, at: now, draws: draws) {
            call.verdict = state.pointee.greylistResponse
            call.isGreylisted = true
        }
        return call
    }

    private func refusal(_ number: UInt64) -> ProviderResponse {
        let outcomes = state.pointee.recipientOutcomes
        var index = 0
        while number >= outcomes[index].ceiling { index &+= 1 }
        return outcomes[index].response
    }

    private func isGreylisted(_ recipient: UInt64, at now: Int64, draws: Draws) -> Bool {
        let number = draws.uniform(ProviderPurposes.greylisting, recipient, state.pointee.index) >> 1
        if number >= state.pointee.greylistCeiling { return false }
        guard let since = state.pointee.firstContacts.firstContact(of: recipient, at: now) else { return true }
        return now &- since < state.pointee.greylistDelay
    }

    /// Quota, then concurrency, then the line, then the provider's own failures, then the recipient's verdict.
    private func decide(_ call: Call, _ course: UnsafeMutablePointer<Course>) -> ProviderAnswer {
        // Nothing arrives, so nothing is used up either.
        if course.pointee.regime.isBlackout { return .never }
        if let quota = state.pointee.quota {
            let wait = course.pointee.quota.take(quota, at: call.now)
            if wait > 0 { return rejection(quotaAnswer(wait), call, course) }
        }
        if state.pointee.limitsConcurrency {
            course.pointee.inFlight.leave(by: call.now)
            if course.pointee.inFlight.isFull { return rejection(state.pointee.concurrencyResponse, call, course) }
        }
        var wait: Int64 = 0
        if state.pointee.capacity != nil {
            guard let time = join(course, at: call.now) else {
                return rejection(course.pointee.regime.excess, call, course)
            }
            wait = time
        }
        return served(call, after: wait, course)
    }

    /// Joins the line.
    ///
    /// - Returns: nanoseconds to wait there; nil: the request is excess.
    @inline(__always)
    private func join(_ course: UnsafeMutablePointer<Course>, at now: Int64) -> Int64? {
        let rate = course.pointee.regime.rate
        course.pointee.line.advance(to: now, rate: rate)
        let most = course.pointee.regime.mostWork
        if !course.pointee.regime.queuesExcess, course.pointee.line.work > most || rate == 0 {
            course.pointee.line.add(state.pointee.rejectionWork, upTo: most &+ ServiceLine.requestWork)
            return nil
        }
        // Without capacity even the first in line waits for ever.
        let wait = rate == 0 ? .max : course.pointee.line.wait(rate: rate)
        course.pointee.line.add(ServiceLine.requestWork)
        return wait
    }

    @inline(__always)
    private func served(_ call: Call, after wait: Int64, _ course: UnsafeMutablePointer<Course>) -> ProviderAnswer {
        // Later than any run.
        if wait > 1 << 61 { return .never }
        let fails = call.number < course.pointee.regime.errorCeiling
        let response = fails ? course.pointee.regime.error(for: call.number) : call.verdict
        let latency = Regime.scale(call.latency, by: course.pointee.regime.latencyFactor)
        let done = call.now &+ wait &+ latency
        let departs = state.pointee.answersOnAdmission ? call.now &+ latency : done
        if state.pointee.limitsConcurrency { course.pointee.inFlight.enter(departing: departs) }
        return ProviderAnswer(
            departs: Instant(nanoseconds: departs), decided: Instant(nanoseconds: departs),
            forwarded: Instant(nanoseconds: done), response: response,
            accepted: response.status >= 200 && response.status < 300)
    }

    private func rejection(
        _ response: ProviderResponse, _ call: Call, _ course: UnsafeMutablePointer<Course>
    ) -> ProviderAnswer {
        let latency = Regime.scale(call.latency, by: course.pointee.regime.rejectionLatencyFactor)
        let departs = Instant(nanoseconds: call.now &+ latency)
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
    @inline(never)
    private func compareWithShadows(_ call: Call, _ answer: inout ProviderAnswer) {
        let actual = state.pointee.courses
        for slot in 0..<ProviderState.slots where state.pointee.shadowed & 1 << UInt32(slot) != 0 {
            let shadow = actual + 1 + slot
            if differ(answer, decide(call, shadow)) { answer.decisionsChangedBy |= 1 << UInt32(slot) }
            if state.pointee.inForce & 1 << UInt32(slot) != 0 { continue }
            actual.pointee.advance(to: call.now)
            shadow.pointee.advance(to: call.now)
            if actual.pointee.hasSameState(as: shadow.pointee) { state.pointee.shadowed &= ~(1 << UInt32(slot)) }
        }
    }

    private func differ(_ one: ProviderAnswer, _ other: ProviderAnswer) -> Bool {
        if one.response != other.response { return true }
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
