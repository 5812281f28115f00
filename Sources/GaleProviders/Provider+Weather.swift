// SPDX-License-Identifier: Apache-2.0
import GalePrimitives
import GaleRandomness

extension Provider {
    /// A new second: what wanders takes its next value. Depends on provider and second alone, so that two policies meet
    /// the same weather.
    @inline(never)
    func turnWeather(at now: Int64) {
        let draws = state.pointee.draws
        if state.pointee.weatherEnds == 0 { startQuota(draws) }
        let second = now / 1_000_000_000
        state.pointee.weatherEnds = (second + 1) * 1_000_000_000
        let latency = state.pointee.latencyWeather, errors = state.pointee.errorWeather
        if latency == nil, errors == nil { return }
        if let latency {
            let number = draws.uniform(ProviderPurposes.latencyWeather, state.pointee.index, UInt64(second))
            state.pointee.latencyWeatherFactor = UInt64(latency.sample(number))
        }
        if let errors {
            let number = draws.uniform(ProviderPurposes.errorWeather, state.pointee.index, UInt64(second))
            state.pointee.errorWeatherFactor = UInt64(errors.sample(number))
        }
        compose()
    }

    /// The windows of a quota that refills at once are aligned with no clock.
    private func startQuota(_ draws: Draws) {
        guard let quota = state.pointee.quota, quota.refillsAtOnce else { return }
        let phase = draws.uniform(ProviderPurposes.quotaPhase, state.pointee.index).below(quota.window)
        forEachCourse { course, _ in course.quota.start(firstWindowEnds: Int64(phase)) }
    }
}
